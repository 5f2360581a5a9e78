package main

import "testing"

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"-1": -1, "0": 0, "1": 1, "67108864": 67108864, "9223372036854775807": 9223372036854775807,
		"64M": 64 << 20, "64m": 64 << 20, "64mb": 64 << 20, "64MiB": 64 << 20, "64 M": 64 << 20, "1.5k": 1536, "0.5G": 512 << 20,
		"2t": 2 << 40, "1p": 1 << 50, "12b": 12, "4503599627370497k": 4503599627370497 << 10,
	} {
		if got, err := parseSize(text); got != want || err != nil {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-2", "-1k", "+1", "x", "m", "1x", "1ib", "1kk", "1.2.3", "64  M", "0x10", "9000000000000000000k", "1e3", "NaN", "Inf"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("%q: %d, want an error", text, got)
		}
	}
}
