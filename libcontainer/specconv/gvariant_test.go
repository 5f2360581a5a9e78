package specconv

import (
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestParseGVariant(t *testing.T) {
	for text, want := range map[string]string{
		"true":                        "b true",
		" false ":                     "b false",
		"5":                           "i 5",
		"-5":                          "i -5",
		"0x1f":                        "i 31",
		"2147483647":                  "i 2147483647",
		"1.5":                         "d 1.5",
		"1e3":                         "d 1000",
		"uint64 18446744073709551615": "t 18446744073709551615",
		"int64 -5":                    "x -5",
		"byte 255":                    "y 0xff",
		"uint16 5":                    "q 5",
		"uint32 5":                    "u 5",
		"int16 5":                     "n 5",
		"double 5":                    "d 5",
		"@t 5":                        "t 5",
		"'it\\'s'":                    `s "it's"`,
		`"a 'b' \"c\""`:               `s "a 'b' \"c\""`,
		"['a', 'b']":                  `as ["a", "b"]`,
		"@as []":                      "as @as []",
		"[uint64 1, 2]":               "at [1, 2]",
		"@ay [1, 0x2]":                "ay [0x1, 0x2]",
		"[true,false]":                "ab [true, false]",
	} {
		value, err := parseGVariant(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		v := dbus.MakeVariant(value)
		if got := v.Signature().String() + " " + unannotated(v); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// unannotated writes v without the type that String begins with where the type
// does not show.
func unannotated(v dbus.Variant) string {
	s := v.String()
	if bare, ok := strings.CutPrefix(s, "@"+v.Signature().String()+" "); ok && bare != "[]" {
		return bare
	}
	return s
}

func TestBadGVariant(t *testing.T) {
	for _, text := range []string{
		"", " ", "yes", "True", "5 6", "2147483648", "byte 256", "uint32 -1", "1_000", "'a", `'a\n'`, "'a' 'b'", "'\x00'", "'\xff'",
		"[]", "[1, 'a']", "['a', 1]", "[1", "[1,", "[1,,2]", "[1 2]", "[,1]", "[1]]", "[[1]]", "[[],1]", "uint64", "uint64 'a'", "uint64 uint32 5",
		"@as 5", "@ao ['/']", "@o '/'", "@", "@a", "@aas [['a']]", "<5>", "('a', 1)", "{'a': 1}", "b'a'", "objectpath '/'", "handle 5", "nan'",
		"just nothing",
	} {
		if value, err := parseGVariant(text); err == nil {
			t.Errorf("%q is read as %v", text, value)
		}
	}
}

func TestSecondsBecomeMicroseconds(t *testing.T) {
	for _, text := range []string{"5", "byte 5", "int16 5", "uint16 5", "uint32 5", "int64 5", "uint64 5", "5.0"} {
		p, err := systemdProperty("TimeoutStopSec", text)
		if err != nil || p.Name != "TimeoutStopUSec" || p.Value.Value() != uint64(5000000) {
			t.Errorf("%s: %s = %v (%v)", text, p.Name, p.Value, err)
		}
	}
	for _, name := range []string{"Sec", "FooBARSec", "Security"} {
		if p, err := systemdProperty(name, "5"); err != nil || p.Name != name || p.Value.Value() != int32(5) {
			t.Errorf("%s became %s = %v (%v)", name, p.Name, p.Value, err)
		}
	}
}

func TestListsOfEveryType(t *testing.T) {
	for _, kind := range []byte("bynqiuxtds") {
		value, err := parseGVariant("@a" + string(kind) + " []")
		if err != nil || dbus.MakeVariant(value).Signature().String() != "a"+string(kind) {
			t.Errorf("@a%c []: %v (%v)", kind, value, err)
		}
		if kind != 's' && typeOf(zero(kind)) != kind {
			t.Errorf("typeOf(zero(%c)) = %c", kind, typeOf(zero(kind)))
		}
	}
	for _, word := range []string{"boolean true", "byte 1", "int16 1", "uint16 1", "int32 1", "uint32 1", "int64 1", "uint64 1", "double 1", "string 'a'"} {
		if value, err := parseGVariant("[" + word + "]"); err != nil {
			t.Errorf("[%s]: %v (%v)", word, value, err)
		}
	}
}
