package leanjson

import (
	"bytes"
	"unicode/utf8"
)

// peek skips white space and returns the next byte; 0 at the end.
func (d *decoder) peek() byte {
	for ; d.at < len(d.data); d.at++ {
		switch c := d.data[d.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (d *decoder) atEnd() bool { return d.peek() == 0 && d.at == len(d.data) }

func (d *decoder) literal(word string) bool {
	ok := bytes.HasPrefix(d.data[d.at:], []byte(word))
	d.at += len(word)
	return ok
}

// next steps over a comma, or over the bracket that ends a list or an object.
func (d *decoder) next(end byte) (more, ok bool) {
	c := d.peek()
	d.at++
	return c == ',', c == ',' || c == end
}

// object calls value with each key in turn.
func (d *decoder) object(value func(key []byte) bool) bool {
	d.at++ // {
	if d.peek() == '}' {
		d.at++
		return true
	}
	for {
		d.peek()
		key, ok := d.string()
		if !ok || d.peek() != ':' {
			return false
		}
		d.at++
		if d.peek(); !value(key) {
			return false
		}
		if more, ok := d.next('}'); !more || !ok {
			return ok
		}
	}
}

// string reads a string without escapes.
func (d *decoder) string() (s []byte, ok bool) {
	if d.at >= len(d.data) || d.data[d.at] != '"' {
		return nil, false
	}
	start, ascii := d.at+1, true
	for d.at = start; d.at < len(d.data); d.at++ {
		switch c := d.data[d.at]; {
		case c == '"':
			s = d.data[start:d.at]
			d.at++
			return s, ascii || utf8.Valid(s)
		case c == '\\', c < ' ':
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false
}

// integer reads a number without fraction and exponent; empty if there is none.
func (d *decoder) integer() []byte {
	start := d.at
	if d.at < len(d.data) && d.data[d.at] == '-' {
		d.at++
	}
	digits := d.at
	for d.at < len(d.data) && '0' <= d.data[d.at] && d.data[d.at] <= '9' {
		d.at++
	}
	if d.at > digits+1 && d.data[digits] == '0' {
		return nil
	}
	return d.data[start:d.at]
}

// extent steps over a value of any kind and returns it; what it holds is not
// checked.
func (d *decoder) extent() (raw []byte, ok bool) {
	d.peek()
	start, depth := d.at, 0
	for ; d.at < len(d.data); d.at++ {
		switch d.data[d.at] {
		case '"':
			if !d.skipString() {
				return nil, false
			}
		case '{', '[':
			depth++
		case '}', ']', ',':
			if depth == 0 {
				return d.data[start:d.at], d.at > start
			}
			if d.data[d.at] != ',' {
				depth--
			}
		}
	}
	return d.data[start:], depth == 0 && d.at > start
}

// skipString goes to the quote that ends a string.
func (d *decoder) skipString() bool {
	for d.at++; d.at < len(d.data); d.at++ {
		switch d.data[d.at] {
		case '"':
			return true
		case '\\':
			d.at++
		}
	}
	return false
}
