package specconv

import (
	"fmt"
	"strings"
)

// name is what config.json calls a constant of the kernel.
type name struct {
	text  string
	value uint64
}

// lookup finds text in table. An error names the field, the kind of thing it
// holds, and what it could hold.
func lookup(field, kind, text string, table []name) (uint64, error) {
	for _, n := range table {
		if n.text == text {
			return n.value, nil
		}
	}
	return 0, fmt.Errorf("%s: unknown %s %q; known: %s", field, kind, text, strings.Join(texts(table), ", "))
}

// lookupAll or-s the values of a list of names together. The field has a %d for
// the index.
func lookupAll[T ~string](field, kind string, list []T, table []name) (uint64, error) {
	var bits uint64
	for i, text := range list {
		bit, err := lookup(fmt.Sprintf(field, i), kind, string(text), table)
		if err != nil {
			return 0, err
		}
		bits |= bit
	}
	return bits, nil
}

// texts lists the names in table, in its order.
func texts(table []name) []string {
	list := make([]string, 0, len(table))
	for _, n := range table {
		list = append(list, n.text)
	}
	return list
}

// checkName is lookup for what stays a name.
func checkName(field, kind, text string, known []string) error {
	for _, k := range known {
		if k == text {
			return nil
		}
	}
	return fmt.Errorf("%s: unknown %s %q; known: %s", field, kind, text, strings.Join(known, ", "))
}
