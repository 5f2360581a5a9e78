package specconv

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxListed bounds the numbers in a list of CPUs or NUMA nodes. No kernel knows
// more than 8192 CPUs; a typing error must not fill the memory.
const maxListed = 1 << 16

// parseList reads a list of numbers and ranges ("0-3,7"), sorted and without
// doubles.
func parseList(field, text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	var list []int
	for part := range strings.SplitSeq(text, ",") {
		first, last, err := parseRange(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w; write numbers and ranges, as in \"0-3,7\"", field, text, err)
		}
		if len(list)+last-first > maxListed {
			return nil, fmt.Errorf("%s: lists more than %d numbers", field, maxListed)
		}
		for n := first; n <= last; n++ {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func parseRange(part string) (first, last int, err error) {
	from, to, isRange := strings.Cut(part, "-")
	if !isRange {
		to = from
	}
	if first, err = parseNumber(from); err != nil {
		return 0, 0, err
	}
	if last, err = parseNumber(to); err != nil {
		return 0, 0, err
	}
	if first > last {
		return 0, 0, fmt.Errorf("range %q runs backwards", part)
	}
	return first, last, nil
}

func parseNumber(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	if n >= maxListed {
		return 0, fmt.Errorf("%d is above %d", n, maxListed-1)
	}
	return int(n), nil
}
