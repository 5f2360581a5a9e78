package leanjson

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

type encoder struct {
	data []byte
}

func (e *encoder) write(s string) bool {
	e.data = append(e.data, s...)
	return true
}

// value returns false for what is left to encoding/json.
func (e *encoder) value(v reflect.Value, depth int) bool {
	if !v.IsValid() {
		return e.write("null")
	}
	info := infoOf(v.Type())
	if info.encodes {
		return e.others(v)
	}
	switch v.Kind() {
	case reflect.Bool:
		e.data = strconv.AppendBool(e.data, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.data = strconv.AppendInt(e.data, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		e.data = strconv.AppendUint(e.data, v.Uint(), 10)
	case reflect.String:
		return e.string(v.String())
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		if v.IsNil() {
			return e.write("null")
		}
		return depth < maxDepth && e.reference(v, depth+1)
	case reflect.Struct:
		return info.plain && depth < maxDepth && e.structure(v, info, depth+1)
	default:
		return e.others(v)
	}
	return true
}

func (e *encoder) reference(v reflect.Value, depth int) bool {
	switch v.Kind() {
	case reflect.Slice:
		return e.slice(v, depth)
	case reflect.Map:
		return e.mapping(v, depth)
	}
	return e.value(v.Elem(), depth)
}

// others lets encoding/json write the value.
func (e *encoder) others(v reflect.Value) bool {
	if v.CanAddr() {
		v = v.Addr() // its methods may be those of the pointer
	}
	data, err := json.Marshal(v.Interface())
	e.data = append(e.data, data...)
	return err == nil
}

func (e *encoder) string(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			data, err := json.Marshal(s)
			e.data = append(e.data, data...)
			return err == nil
		}
	}
	e.data = append(e.data, '"')
	e.data = append(e.data, s...)
	e.data = append(e.data, '"')
	return true
}

func (e *encoder) slice(v reflect.Value, depth int) bool {
	if elem := v.Type().Elem(); elem.Kind() == reflect.Uint8 && !infoOf(elem).encodes {
		e.data = append(e.data, '"')
		e.data = base64.StdEncoding.AppendEncode(e.data, v.Bytes())
		e.data = append(e.data, '"')
		return true
	}
	e.data = append(e.data, '[')
	for i := range v.Len() {
		if i > 0 {
			e.data = append(e.data, ',')
		}
		if !e.value(v.Index(i), depth) {
			return false
		}
	}
	e.data = append(e.data, ']')
	return true
}

func (e *encoder) mapping(v reflect.Value, depth int) bool {
	if key := v.Type().Key(); key.Kind() != reflect.String || infoOf(key).encodes {
		return false
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	e.data = append(e.data, '{')
	for i, key := range keys {
		if i > 0 {
			e.data = append(e.data, ',')
		}
		if !e.string(key.String()) || !e.write(":") || !e.value(v.MapIndex(key), depth) {
			return false
		}
	}
	e.data = append(e.data, '}')
	return true
}

func (e *encoder) structure(v reflect.Value, info *typeInfo, depth int) bool {
	e.data = append(e.data, '{')
	empty := len(e.data)
	for i := range info.fields {
		f := &info.fields[i]
		value, err := v.FieldByIndexErr(f.index)
		if err != nil { // in an embedded pointer that is nil
			continue
		}
		if f.omitZero && f.isZero(value) || f.omitEmpty && isEmpty(value) {
			continue
		}
		if len(e.data) > empty {
			e.data = append(e.data, ',')
		}
		if !e.write(f.key) || !e.value(value, depth) {
			return false
		}
	}
	e.data = append(e.data, '}')
	return true
}

// isZero is the rule of omitzero.
func (f *field) isZero(v reflect.Value) bool {
	if f.asksZero && !((v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil()) {
		return v.Interface().(interface{ IsZero() bool }).IsZero()
	}
	return v.IsZero()
}

// isEmpty is the rule of omitempty.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}
