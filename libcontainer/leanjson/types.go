package leanjson

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// typeInfo is what is known of a named type.
type typeInfo struct {
	// encodes and decodes say that the type has words of its own, in methods.
	encodes, decodes bool
	// fields are those of a struct; plain is false for one that encoding/json
	// has to deal with.
	fields []field
	plain  bool
}

// field is a field of a struct, possibly of one embedded in it.
type field struct {
	name string
	// key is the name as it is written: quoted, with the colon.
	key       string
	index     []int
	omitEmpty bool
	omitZero  bool
	// asksZero says that the value has a method that tells whether it is zero.
	asksZero bool
}

var (
	known sync.Map // of reflect.Type, *typeInfo

	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	numberType      = reflect.TypeFor[json.Number]()
	zeroer          = reflect.TypeFor[interface{ IsZero() bool }]()
)

// noInfo is that of the types without a name, which have no methods.
var noInfo = &typeInfo{}

func infoOf(t reflect.Type) *typeInfo {
	if t.PkgPath() == "" && t.Kind() != reflect.Struct {
		return noInfo
	}
	if info, ok := known.Load(t); ok {
		return info.(*typeInfo)
	}
	info := new(typeInfo)
	if t.PkgPath() != "" {
		pointer := reflect.PointerTo(t)
		info.encodes = pointer.Implements(jsonMarshaler) || pointer.Implements(textMarshaler) || t == numberType
		info.decodes = pointer.Implements(jsonUnmarshaler) || pointer.Implements(textUnmarshaler) || t == numberType
	}
	if t.Kind() == reflect.Struct {
		info.plain = info.addFields(t, nil)
	}
	known.Store(t, info)
	return info
}

// addFields adds the fields of t in their order, reached from the outermost
// struct by the index at. It returns false where it can not tell the names.
func (info *typeInfo) addFields(t reflect.Type, at []int) bool {
	if len(at) > maxDepth { // a struct that embeds itself
		return false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" && options == "" {
			continue
		}
		index := append(slices.Clone(at), i)
		if f.Anonymous && name == "" {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if !f.IsExported() || inner.Kind() != reflect.Struct || !info.addFields(inner, index) {
				return false
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		made := field{name: name, key: `"` + name + `":`, index: index}
		if !made.read(options, f.Type) || !info.add(made) {
			return false
		}
	}
	return true
}

// read takes the options of a tag.
func (f *field) read(options string, t reflect.Type) bool {
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "":
		case "omitempty":
			f.omitEmpty = true
		case "omitzero":
			f.omitZero = true
		default:
			return false
		}
	}
	f.asksZero = t.Implements(zeroer)
	if f.omitZero && !f.asksZero && reflect.PointerTo(t).Implements(zeroer) {
		return false
	}
	return plainName(f.name)
}

// plainName tells whether a name is written as it is.
func plainName(name string) bool {
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-', c == '.':
		default:
			return false
		}
	}
	return name != ""
}

// add adds a field. Of two with one name the one that is less deep counts.
func (info *typeInfo) add(f field) bool {
	for i, other := range info.fields {
		if other.name != f.name {
			continue
		}
		switch {
		case len(other.index) < len(f.index):
			return true
		case len(other.index) == len(f.index):
			return false
		}
		info.fields = slices.Delete(info.fields, i, i+1)
		break
	}
	info.fields = append(info.fields, f)
	return true
}
