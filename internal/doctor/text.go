package doctor

import (
	"fmt"
	"io"
	"strings"
)

// Fprint writes the report for people: one line for what is there, and below it
// what that rules out and the mend.
func (r *Report) Fprint(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%-11s %-8s %s\n", f.Topic, f.Status, f.Found)
		more(&b, "rules out", f.RulesOut)
		more(&b, "mend", f.Mend)
	}
	switch {
	case r.Bundle == "":
	case len(r.Failures) == 0:
		fmt.Fprintf(&b, "%s: nothing that would fail was found\n", r.Bundle)
	default:
		fmt.Fprintf(&b, "%s would fail:\n", r.Bundle)
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "  %s: %s\n", f.Code, f.Msg)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func more(b *strings.Builder, what, text string) {
	if text != "" {
		fmt.Fprintf(b, "%20s %s: %s\n", "", what, text)
	}
}
