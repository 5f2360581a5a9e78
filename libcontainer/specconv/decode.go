package specconv

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"runc/libcontainer/leanjson"
)

// decode is json.Unmarshal with errors that say where in file the mistake is.
func decode(file string, data []byte, v any) error {
	err := leanjson.Unmarshal(data, v)
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("%s: %s: %w", file, position(data, syntax.Offset), err)
	case errors.As(err, &mismatch):
		return fmt.Errorf("%s: %s: %s: must be %s, not %s", file, position(data, mismatch.Offset),
			fieldAt(data, mismatch), wanted(mismatch.Type), given(mismatch.Value))
	case err != nil:
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// position words a byte offset for people and their editors.
func position(data []byte, offset int64) string {
	before := data[:min(int(offset), len(data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - (bytes.LastIndexByte(before, '\n') + 1)
	return fmt.Sprintf("line %d, column %d", line, max(column, 1))
}

// wanted words what the field's Go type can hold.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number from 0 to " + strconv.FormatUint(1<<t.Bits()-1, 10)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		limit := uint64(1) << (t.Bits() - 1)
		return fmt.Sprintf("a whole number from -%d to %d", limit, limit-1)
	default:
		return "a " + t.Kind().String()
	}
}

// given words what was found instead; for a number package json says which.
func given(value string) string {
	if number, ok := strings.CutPrefix(value, "number "); ok {
		return number
	}
	switch value {
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	default:
		return "a " + value
	}
}

// fieldAt names the value at which mismatch occurred, with the indices that
// package json leaves out ("linux.uidMappings[1].size"). It reads data a second
// time, which costs only those who made a mistake.
func fieldAt(data []byte, mismatch *json.UnmarshalTypeError) string {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var at path
	for {
		token, err := dec.Token()
		if err != nil {
			return mismatch.Field
		}
		if !at.step(token) || dec.InputOffset() < mismatch.Offset {
			continue
		}
		if len(at.levels) == 0 {
			return "the whole file"
		}
		return at.String()
	}
}
