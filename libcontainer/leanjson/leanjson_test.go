package leanjson

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/opencontainers/cgroups"
	"github.com/opencontainers/runtime-spec/specs-go"
)

type inner struct {
	A int    `json:"a,omitempty"`
	B string `json:"b"`
}

type Limits struct {
	Memory int64 `json:"memory,omitzero"`
	CPU    *int  `json:"cpu,omitempty"`
}

type word string

// all has every kind of thing that a struct of ours may have, and some more.
type all struct {
	*Limits
	Shadow
	Bool       bool
	Int8       int8
	Uint16     uint16 `json:"u16"`
	Int        int    `json:"int,omitempty"`
	Uint64     uint64
	Float      float64 `json:"float,omitempty"`
	String     string
	Word       word
	Bytes      []byte
	Strings    []string `json:"strings,omitempty"`
	Inner      inner
	Pointer    *inner
	List       []inner
	Pointers   []*inner
	Map        map[string]inner
	Words      map[word]*int
	Any        any
	Time       time.Time
	Raw        json.RawMessage `json:"raw,omitempty"`
	Number     json.Number     `json:"number,omitempty"`
	Hidden     int             `json:"-"`
	Array      [2]int
	Rdma       map[string]cgroups.LinuxRdma
	Nested     *all
	Odd        odd       `json:"odd,omitzero"`
	OddPointer *odd      `json:"oddPointer,omitzero"`
	When       time.Time `json:"when,omitzero"`
}

// odd is zero when it is not.
type odd int

func (o odd) IsZero() bool { return o%2 == 0 }

type Shadow struct {
	String string // less deep in all
	Deep   uint8
}

// same decodes data by both, and encodes the result by both.
func same[T any](t *testing.T, data []byte) {
	t.Helper()
	var ours, theirs T
	err, want := Unmarshal(data, &ours), json.Unmarshal(data, &theirs)
	if (err == nil) != (want == nil) || err != nil && err.Error() != want.Error() {
		t.Fatalf("%q: error %v, want %v", data, err, want)
	}
	if want != nil {
		return
	}
	if !reflect.DeepEqual(ours, theirs) {
		t.Fatalf("%q:\n got %#v\nwant %#v", data, ours, theirs)
	}
	got, err := Marshal(&ours)
	wanted, want := json.Marshal(&theirs)
	if err != nil || want != nil || string(got) != string(wanted) {
		t.Fatalf("%q:\n got %s, %v\nwant %s, %v", data, got, err, wanted, want)
	}
}

var samples = []string{
	`{}`, ` { } `, `null`, `[]`, `{"a":1}`, `{"Bool":true,"Int8":-128,"u16":65535,"int":0,"Uint64":18446744073709551615}`,
	`{"Int8":128}`, `{"u16":-1}`, `{"u16":1.0}`, `{"int":01}`, `{"int":-0}`, `{"int":-}`, `{"int":1e2}`, `{"int":"1"}`,
	`{"Float":1.5,"float":2.5}`, `{"FLOAT":1}`, `{"bool":true}`, `{"\u0042ool":true}`, `{"Bool":true,"Bool":false}`,
	`{"String":"plain"}`, `{"String":"a\"\\\n\u00e9\ud83d\ude00"}`, "{\"String\":\"\xff\"}", "{\"String\":\"\u00e9<>&\"}", "{\"String\":\"a\nb\"}",
	`{"Bytes":"aGVsbG8="}`, `{"Bytes":"aGVsbG8"}`, `{"Bytes":""}`, `{"Bytes":[1,2]}`, `{"Bytes":null}`,
	`{"strings":[]}`, `{"strings":["a","b",null]}`, `{"strings":["a",]}`, `{"strings":["a"`, `{"strings":{}}`,
	`{"Inner":{"a":1,"b":"x","c":[1,{"d":"}"}]}}`, `{"Inner":null,"Pointer":null,"List":null,"Map":null}`,
	`{"Pointer":{"b":"y"},"List":[{"a":1},{"b":"z"}],"Pointers":[null,{"a":2}]}`, `{"Pointer":{},"Pointer":{"b":"q"}}`,
	`{"Map":{"k":{"a":1},"k":{"b":"2"},"":{}},"Words":{"w":1,"v":null}}`, `{"Any":{"x":[1,2.5,"s",null,true]}}`, `{"Any":{"x":}}`,
	`{"Time":"2026-11-25T20:38:00Z"}`, `{"Time":"never"}`, `{"raw":{"as":[ "it", "is" ]}}`, `{"number":12.50}`, `{"number":"x"}`,
	`{"Hidden":3,"unexported":4,"-":5}`, `{"Array":[1,2,3]}`, `{"memory":5,"cpu":2}`, `{"memory":0}`, `{"Deep":7,"String":"x"}`,
	`{"Rdma":{"mlx":{"hca_handles":3}}}`, `{"Nested":{"Nested":{"Nested":{}}}}`, `{"Bool":true}x`, `{"Bool":true} 1`, `{"Bool" true}`, `{"Bool":true,}`,
	`{"unknown":{"bad":01}}`, `{"unknown":[1,2}}`, `{"unknown":"\x"}`, `{"unknown":tru}`, `{"\u017ftrings":["k"]}`, "{\"\u017ftrings\":[\"k\"]}", ``, `{`, `{"`, `{"a`, `nul`, "\x00",
	`{"odd":2,"oddPointer":3}`, `{"odd":1,"oddPointer":4,"when":"2026-11-25T20:38:00Z"}`, `{"Bool":1}`, `{"Bool":nul}`, `{"Pointer":{"a":"x"}}`, `{"List":[{"a":"x"}]}`,
}

func TestSame(t *testing.T) {
	for _, s := range samples {
		same[all](t, []byte(s))
		same[*all](t, []byte(s))
	}
	for _, path := range []string{"../specconv/testdata/full.json", "../specconv/testdata/example.golden.json"} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		same[specs.Spec](t, data)
	}
}

// TestLean: these are to be done here, not left to encoding/json.
func TestLean(t *testing.T) {
	data, err := os.ReadFile("../specconv/testdata/full.json")
	if err != nil {
		t.Fatal(err)
	}
	var s specs.Spec
	d := decoder{data: data}
	if !d.value(reflect.ValueOf(&s).Elem(), 0) || !d.atEnd() {
		t.Errorf("config.json is left to encoding/json at %d: %.40q", d.at, data[d.at:])
	}
	var e encoder
	for _, v := range []any{&s, &all{}, &cgroups.Cgroup{Name: "x", Resources: &cgroups.Resources{Memory: 1}}} {
		if !e.value(reflect.ValueOf(v), 0) {
			t.Errorf("%T is left to encoding/json", v)
		}
	}
}

func TestEncodeRare(t *testing.T) {
	type cycle struct{ Next *cycle }
	c := new(cycle)
	c.Next = c
	when := time.Now()
	for _, v := range []any{
		nil, 1, "x", 1.5, []int(nil), map[string]int{"b": 1, "a": 2}, map[int]string{1: "x"}, &when, when, []any{1, "a", nil},
		all{}, &all{Limits: &Limits{Memory: 3}, Bytes: []byte{0, 255}, Any: inner{A: 1}}, struct{ F float32 }{1e-9},
		c, make(chan int), math.NaN(), struct{ C chan int }{},
	} {
		got, err := Marshal(v)
		want, wantErr := json.Marshal(v)
		if string(got) != string(want) || (err == nil) != (wantErr == nil) {
			t.Errorf("%T: %s, %v; want %s, %v", v, got, err, want, wantErr)
		}
	}
}

func FuzzSame(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		same[all](t, data)
		same[specs.Spec](t, data)
		same[any](t, data)
	})
}

func BenchmarkConfig(b *testing.B) {
	data, err := os.ReadFile("../specconv/testdata/example.golden.json")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		known.Clear() // as in a new process
		var s specs.Spec
		if err := Unmarshal(data, &s); err != nil {
			b.Fatal(err)
		}
		if _, err := Marshal(&s); err != nil {
			b.Fatal(err)
		}
	}
}
