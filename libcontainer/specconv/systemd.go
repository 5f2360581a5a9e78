package specconv

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	systemd "github.com/coreos/go-systemd/v22/dbus"
	"github.com/godbus/dbus/v5"
)

// propertyPrefix begins the annotations that set properties of the container's
// systemd unit.
const propertyPrefix = "org.systemd.property."

// systemdProperties reads those annotations, in the order of their names. A
// wrong one is an error, never passed over (CVE-2024-3154 began with values
// that nobody had looked at).
func systemdProperties(annotations map[string]string) ([]systemd.Property, error) {
	var list []systemd.Property
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		name, ok := strings.CutPrefix(key, propertyPrefix)
		if !ok {
			continue
		}
		p, err := systemdProperty(name, annotations[key])
		if err != nil {
			return nil, fmt.Errorf("annotations[%q]: %w", key, err)
		}
		list = append(list, p)
	}
	return list, nil
}

func systemdProperty(name, text string) (systemd.Property, error) {
	none := systemd.Property{}
	if err := checkPropertyName(name); err != nil {
		return none, err
	}
	value, err := parseGVariant(text)
	if err != nil {
		return none, fmt.Errorf("value parse error: %q is not a GVariant (true, 5, 'text', ['a', 'b'], uint64 5): %w", text, err)
	}
	name, value, err = inMicroseconds(name, value)
	return systemd.Property{Name: name, Value: dbus.MakeVariant(value)}, err
}

// checkPropertyName takes the letters that systemd's names are made of.
func checkPropertyName(name string) error {
	if len(name) < 3 {
		return fmt.Errorf("property name %q is too short", name)
	}
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return fmt.Errorf("property name %q has the invalid character %q (only a-zA-Z)", name, c)
		}
	}
	return nil
}

// inMicroseconds turns TimeoutStopSec, as unit files have it, into
// TimeoutStopUSec, the only one on the bus.
func inMicroseconds(name string, value any) (string, any, error) {
	stem, ok := strings.CutSuffix(name, "Sec")
	if !ok || stem == "" || stem[len(stem)-1] < 'a' || stem[len(stem)-1] > 'z' {
		return name, value, nil
	}
	seconds, err := asSeconds(value)
	if err != nil {
		return "", value, err
	}
	return stem + "USec", uint64(seconds * 1e6), nil
}

func asSeconds(value any) (float64, error) {
	var seconds float64
	switch v := value.(type) {
	case byte:
		seconds = float64(v)
	case int16:
		seconds = float64(v)
	case uint16:
		seconds = float64(v)
	case int32:
		seconds = float64(v)
	case uint32:
		seconds = float64(v)
	case int64:
		seconds = float64(v)
	case uint64:
		seconds = float64(v)
	case float64:
		seconds = v
	default:
		return 0, fmt.Errorf("%v is not a number of seconds", value)
	}
	if !(seconds >= 0 && seconds*1e6 < math.MaxUint64) {
		return 0, fmt.Errorf("%v is not a possible number of seconds", value)
	}
	return seconds, nil
}
