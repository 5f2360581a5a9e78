package intelrdt

import "strings"

// difference lists what want sets otherwise than have does, as "L3:0=7f". Both
// are texts of a file schemata: lines as "L3:0=7f;1=ff". A later line outdoes
// an earlier one, and what want does not name may be anything.
func difference(want, have string) []string {
	got := parse(have)
	var list []string
	for domain, value := range parse(want) {
		if got[domain] != value {
			list = append(list, domain+"="+value)
		}
	}
	return list
}

// parse maps each domain ("L3:0") to its value, without the zeros and spaces by
// which the kernel lines up its columns.
func parse(text string) map[string]string {
	values := make(map[string]string)
	for line := range strings.Lines(text) {
		resource, domains, _ := strings.Cut(line, ":")
		for domain := range strings.SplitSeq(domains, ";") {
			id, value, ok := strings.Cut(domain, "=")
			if ok {
				values[strings.TrimSpace(resource)+":"+strings.TrimSpace(id)] = plain(value)
			}
		}
	}
	return values
}

func plain(value string) string {
	value = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(value)), "0x")
	if value = strings.TrimLeft(value, "0"); value == "" {
		return "0"
	}
	return value
}
