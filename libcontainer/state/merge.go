package state

import (
	"bytes"
	"encoding/json"
)

// merge brings the keys of raw that this version does not know into data. base
// is what this version would have written for raw: a value that is the same in
// base and in data was not changed by us, so raw's is taken, with all that it
// holds beyond our knowledge; one that differs is ours, merged in turn if it is
// an object.
func merge(raw, base, data json.RawMessage) (json.RawMessage, error) {
	if bytes.Equal(base, data) {
		return raw, nil
	}
	var r, b, d map[string]json.RawMessage
	for _, o := range []struct {
		src json.RawMessage
		dst *map[string]json.RawMessage
	}{{raw, &r}, {base, &b}, {data, &d}} {
		if !bytes.HasPrefix(bytes.TrimLeft(o.src, " \t\r\n"), []byte("{")) {
			return data, nil
		}
		if err := json.Unmarshal(o.src, o.dst); err != nil {
			return nil, err
		}
	}
	for key, value := range r {
		switch {
		case b[key] == nil && d[key] == nil: // not known, or without a value
			d[key] = value
		case b[key] != nil && d[key] != nil:
			merged, err := merge(value, b[key], d[key])
			if err != nil {
				return nil, err
			}
			d[key] = merged
		}
	}
	return json.Marshal(d)
}
