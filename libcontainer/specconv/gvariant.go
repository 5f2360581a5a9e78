package specconv

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parseGVariant reads the part of GVariant's text format that properties of
// systemd units need: truth values, numbers, strings, and lists of one of them.
// There are no objects, handles, tuples or dictionaries in it, such as commands
// are made of. (The D-Bus library's own reader takes more, and panics on some
// malformed lists.) The result is a value for dbus.MakeVariant.
func parseGVariant(text string) (any, error) {
	p := &gvariant{rest: text}
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.space(); p.rest != "" {
		return nil, fmt.Errorf("%q follows the value", p.rest)
	}
	return value, nil
}

// gvariant is what is left to read.
type gvariant struct{ rest string }

func (p *gvariant) space() { p.rest = strings.TrimLeft(p.rest, " \t\n") }

// take reads c, if it comes next.
func (p *gvariant) take(c byte) bool {
	p.space()
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// word reads up to the next space, comma or bracket.
func (p *gvariant) word() string {
	p.space()
	end := strings.IndexAny(p.rest, " \t\n,[]'\"")
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	return word
}

// value reads a list or a single value.
func (p *gvariant) value() (any, error) {
	element := byte(0)
	if p.take('@') {
		signature := p.word()
		if len(signature) == 2 && signature[0] == 'a' && zero(signature[1]) != nil {
			element = signature[1]
		} else if len(signature) == 1 && zero(signature[0]) != nil {
			return p.single(signature[0])
		} else {
			return nil, fmt.Errorf("type @%s is not allowed", signature)
		}
	}
	if p.take('[') {
		return p.list(element)
	}
	if element != 0 {
		return nil, errors.New("a list should follow")
	}
	return p.single(0)
}

// list reads what follows "[". Its first value tells the type of all, unless
// element does.
func (p *gvariant) list(element byte) (any, error) {
	var list reflect.Value
	if element != 0 {
		list = reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(zero(element))), 0, 0)
	}
	for first := true; !p.take(']'); first = false {
		if !first && !p.take(',') {
			return nil, errors.New("a list lacks ',' or ']'")
		}
		value, err := p.single(element)
		if err != nil {
			return nil, err
		}
		if element == 0 {
			element = typeOf(value)
			list = reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(value)), 0, 4)
		}
		list = reflect.Append(list, reflect.ValueOf(value))
	}
	if element == 0 {
		return nil, errors.New("an empty list needs a type, as in @as []")
	}
	return list.Interface(), nil
}

// single reads one value of the type kind; 0: of that which it shows.
func (p *gvariant) single(kind byte) (any, error) {
	if p.take('\'') {
		return p.text('\'', kind)
	}
	if p.take('"') {
		return p.text('"', kind)
	}
	word := p.word()
	if named := typeNamed(word); named != 0 && kind != 0 && named != kind {
		return nil, fmt.Errorf("%s among values of another type", word)
	} else if named != 0 {
		return p.single(named)
	}
	if kind != 0 {
		return scalar(word, kind)
	}
	value, err := scalar(word, shownType(word))
	if err != nil {
		return nil, fmt.Errorf("%q is neither true, false, a number nor a quoted string", word)
	}
	return value, nil
}

// text reads a string up to quote.
func (p *gvariant) text(quote, kind byte) (any, error) {
	if kind != 0 && kind != 's' {
		return nil, errors.New("a string among values of another type")
	}
	var b strings.Builder
	for i := 0; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == quote:
			p.rest = p.rest[i+1:]
			return checkText(b.String())
		case c == '\\':
			if i++; i == len(p.rest) || strings.IndexByte(`\'"`, p.rest[i]) < 0 {
				return nil, errors.New(`only \\, \' and \" are known after a backslash`)
			}
			b.WriteByte(p.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return nil, errors.New("a string has no end")
}

// checkText takes what D-Bus takes for a string.
func checkText(s string) (any, error) {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return nil, errors.New("a string holds NUL or no UTF-8")
	}
	return s, nil
}

// scalar reads a truth value or number of the given type.
func scalar(word string, kind byte) (any, error) {
	var value any
	var err error
	switch kind {
	case 'b':
		value, err = word == "true", nil
		if word != "true" && word != "false" {
			err = strconv.ErrSyntax
		}
	case 'd':
		value, err = strconv.ParseFloat(word, 64)
	case 'n', 'i', 'x', 'y', 'q', 'u', 't':
		value, err = integer(word, kind)
	default:
		err = strconv.ErrSyntax
	}
	if err != nil || strings.Contains(word, "_") {
		return nil, fmt.Errorf("%q is not of type %c", word, kind)
	}
	return value, nil
}

func integer(word string, kind byte) (any, error) {
	to := reflect.New(reflect.TypeOf(zero(kind))).Elem()
	if to.CanInt() {
		n, err := strconv.ParseInt(word, 0, to.Type().Bits())
		to.SetInt(n)
		return to.Interface(), err
	}
	n, err := strconv.ParseUint(word, 0, to.Type().Bits())
	to.SetUint(n)
	return to.Interface(), err
}
