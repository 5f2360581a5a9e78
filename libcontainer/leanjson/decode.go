package leanjson

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// decoder reads data from position at on. Its methods return false for what is
// left to encoding/json, which then begins anew.
type decoder struct {
	data []byte
	at   int
}

// value reads the next value into v, which is zero.
func (d *decoder) value(v reflect.Value, depth int) bool {
	if depth > maxDepth {
		return false
	}
	kind := v.Kind()
	info := infoOf(v.Type())
	if info.decodes || kind == reflect.Interface {
		return d.others(v)
	}
	switch c := d.peek(); {
	case c == 'n':
		return d.literal("null") // and the zero value stays
	case kind == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(v.Elem(), depth+1)
	case c == '{' && kind == reflect.Struct:
		return info.plain && len(info.fields) <= 64 && d.structure(v, info, depth+1)
	case c == '{' && kind == reflect.Map:
		return d.mapping(v, depth+1)
	case c == '[' && kind == reflect.Slice:
		return d.slice(v, depth+1)
	default:
		return d.scalar(c, v)
	}
}

func (d *decoder) scalar(c byte, v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(c == 't')
		return c == 't' && d.literal("true") || c == 'f' && d.literal("false")
	case reflect.String:
		s, ok := d.string()
		v.SetString(string(s))
		return ok
	case reflect.Slice:
		return d.bytes(v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(string(d.integer()), 10, v.Type().Bits())
		v.SetInt(n)
		return err == nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n, err := strconv.ParseUint(string(d.integer()), 10, v.Type().Bits())
		v.SetUint(n)
		return err == nil
	}
	return d.others(v)
}

// others lets encoding/json read the value.
func (d *decoder) others(v reflect.Value) bool {
	raw, ok := d.extent()
	return ok && json.Unmarshal(raw, v.Addr().Interface()) == nil
}

// bytes reads base64 into a slice of bytes.
func (d *decoder) bytes(v reflect.Value) bool {
	elem := v.Type().Elem()
	if elem.Kind() != reflect.Uint8 || infoOf(elem).decodes {
		return false
	}
	s, ok := d.string()
	if !ok {
		return false
	}
	data, err := base64.StdEncoding.AppendDecode([]byte{}, s)
	v.SetBytes(data)
	return err == nil
}

func (d *decoder) slice(v reflect.Value, depth int) bool {
	d.at++ // [
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	if d.peek() == ']' {
		d.at++
		return true
	}
	for i := 0; ; i++ {
		if i == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(i + 1)
		if !d.value(v.Index(i), depth) {
			return false
		}
		if more, ok := d.next(']'); !more || !ok {
			return ok
		}
	}
}

func (d *decoder) mapping(v reflect.Value, depth int) bool {
	t := v.Type()
	if t.Key().Kind() != reflect.String || infoOf(t.Key()).decodes {
		return false
	}
	v.Set(reflect.MakeMap(t))
	return d.object(func(name []byte) bool {
		key, elem := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		key.SetString(string(name))
		ok := d.value(elem, depth)
		v.SetMapIndex(key, elem)
		return ok
	})
}

func (d *decoder) structure(v reflect.Value, info *typeInfo, depth int) bool {
	var seen uint64 // a key that comes twice is merged: for encoding/json
	return d.object(func(name []byte) bool {
		i, ok := info.find(name)
		if !ok || i >= 0 && seen&(1<<i) != 0 {
			return false
		}
		if i < 0 {
			raw, ok := d.extent()
			return ok && json.Valid(raw)
		}
		seen |= 1 << i
		f, ok := fieldOf(v, info.fields[i].index)
		return ok && d.value(f, depth)
	})
}

// find returns the number of the field of a name, -1 if there is none. It is
// not ok if there is one in other case: encoding/json takes that.
func (info *typeInfo) find(name []byte) (i int, ok bool) {
	for i := range info.fields {
		if info.fields[i].name == string(name) {
			return i, true
		}
	}
	for i := range info.fields {
		if sameButCase(info.fields[i].name, name) {
			return 0, false
		}
	}
	foreign := func(c byte) bool { return c >= utf8.RuneSelf } // has rules of case of its own
	return -1, !slices.ContainsFunc(name, foreign)
}

func sameButCase(a string, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range b {
		if a[i]|0x20 != b[i]|0x20 {
			return false
		}
	}
	return true
}

// fieldOf is reflect.Value.FieldByIndex that makes embedded structs which are
// pointers.
func fieldOf(v reflect.Value, index []int) (reflect.Value, bool) {
	for n, i := range index {
		if n > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, v.CanSet()
}
