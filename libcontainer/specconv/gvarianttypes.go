package specconv

import "strings"

// The types of GVariant that parseGVariant knows, by their letters in a D-Bus
// signature.

// zero returns the Go value of type kind that is zero, nil for an unknown kind.
func zero(kind byte) any {
	switch kind {
	case 'b':
		return false
	case 'y':
		return byte(0)
	case 'n':
		return int16(0)
	case 'q':
		return uint16(0)
	case 'i':
		return int32(0)
	case 'u':
		return uint32(0)
	case 'x':
		return int64(0)
	case 't':
		return uint64(0)
	case 'd':
		return float64(0)
	case 's':
		return ""
	}
	return nil
}

// typeOf is the reverse of zero.
func typeOf(value any) byte {
	switch value.(type) {
	case bool:
		return 'b'
	case byte:
		return 'y'
	case int16:
		return 'n'
	case uint16:
		return 'q'
	case int32:
		return 'i'
	case uint32:
		return 'u'
	case int64:
		return 'x'
	case uint64:
		return 't'
	case float64:
		return 'd'
	}
	return 's'
}

// typeNamed reads a type's keyword, as in "uint64 5"; 0 if word is none.
func typeNamed(word string) byte {
	switch word {
	case "boolean":
		return 'b'
	case "byte":
		return 'y'
	case "int16":
		return 'n'
	case "uint16":
		return 'q'
	case "int32":
		return 'i'
	case "uint32":
		return 'u'
	case "int64":
		return 'x'
	case "uint64":
		return 't'
	case "double":
		return 'd'
	case "string":
		return 's'
	}
	return 0
}

// shownType tells the type of a value without a keyword: a whole number is an
// int32, as GVariant has it.
func shownType(word string) byte {
	switch {
	case word == "true" || word == "false":
		return 'b'
	case strings.ContainsAny(word, ".eE") && !strings.ContainsAny(word, "xX"):
		return 'd'
	}
	return 'i'
}
