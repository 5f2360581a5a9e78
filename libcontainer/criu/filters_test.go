package criu

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// filter is a seccomp_filter of CRIU's; prev -1: none.
func filter(program string, prev int) []byte {
	entry := append([]byte{1<<3 | 2}, byte(len(program)))
	entry = append(entry, program...)
	if prev >= 0 {
		entry = append(entry, 2<<3, byte(prev))
	}
	return append(entry, 3<<3, 1) // flags
}

func image(filters ...[]byte) []byte {
	var message []byte
	for _, f := range filters {
		message = append(message, 1<<3|2, byte(len(f)))
		message = append(message, f...)
	}
	data := binary.NativeEndian.AppendUint32(nil, imageMagic)
	data = binary.NativeEndian.AppendUint32(data, filtersMagic)
	data = binary.NativeEndian.AppendUint32(data, uint32(len(message)))
	return append(data, message...)
}

func TestCheckFilters(t *testing.T) {
	cut := image(filter("ours", -1))
	for name, c := range map[string]struct {
		image []byte // nil: none
		ok    bool
	}{
		"none":                     {nil, true},
		"the bundle's":             {image(filter("ours", -1)), true},
		"more behind it":           {image(filter("more", 1), filter("ours", -1), filter("more", 1)), true},
		"another":                  {image(filter("else", -1)), false},
		"another for one":          {image(filter("ours", -1), filter("else", -1)), false},
		"ours behind another":      {image(filter("ours", 1), filter("else", -1)), false},
		"an empty one":             {image(filter("", -1)), false},
		"no image":                 {[]byte("something else, and long"), false},
		"an empty file":            {[]byte{}, false},
		"an image that was cut":    {cut[:len(cut)-1], false},
		"a length that is too big": {append(cut[:len(cut):len(cut)], 0), false},
	} {
		o := &Options{ImageDir: t.TempDir()}
		if c.image != nil {
			if err := os.WriteFile(filepath.Join(o.ImageDir, filtersFile), c.image, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.CheckFilters([]byte("ours")); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzFields(f *testing.F) {
	f.Add(image(filter("ours", -1), filter("else", 0))[12:])
	f.Fuzz(func(_ *testing.T, data []byte) {
		_ = fields(data, func(int, []byte) error { return nil })
	})
}
