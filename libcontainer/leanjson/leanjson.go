// Package leanjson is encoding/json for a program that lives ten milliseconds.
// encoding/json compiles a type before its first use, and with it every type
// that its fields may ever lead to; in a start of a container that costs more
// than all values together. Here a type is looked at when a value of it turns
// up.
//
// What comes out is what encoding/json makes: the tests compare them. To it is
// left whatever is rare or wrong, and so the words of all errors are its own.
package leanjson

import (
	"encoding/json"
	"reflect"
)

// Marshal is json.Marshal.
func Marshal(v any) ([]byte, error) {
	e := encoder{data: make([]byte, 0, 4096)}
	if e.value(reflect.ValueOf(v), 0) {
		return e.data, nil
	}
	return json.Marshal(v)
}

// Unmarshal is json.Unmarshal, lean for a pointer to a zero value.
func Unmarshal(data []byte, v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() == reflect.Pointer && !target.IsNil() && target.Elem().IsZero() {
		d := decoder{data: data}
		if d.value(target.Elem(), 0) && d.atEnd() {
			return nil
		}
		target.Elem().SetZero()
	}
	return json.Unmarshal(data, v)
}

// maxDepth is how deep values may be nested: encoding/json has a limit too,
// and finds cycles.
const maxDepth = 100
