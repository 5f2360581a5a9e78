package specconv

import (
	"encoding/json"
	"strconv"
	"strings"
)

// path is where a walk through the tokens of a JSON text has come to.
type path struct {
	levels []level
	// opened is '{' or '[' when the last token was; the level below it begins
	// with the next token.
	opened json.Delim
}

// level is one object or list around the current value.
type level struct {
	list bool
	// index is that of the current value in a list.
	index int
	// key is that of the current value in an object.
	key string
	// wantsKey says that the next token of an object is a key.
	wantsKey bool
}

// step takes the next token. It returns true for a value or its opening
// bracket; the path then names that value until the next call.
func (p *path) step(token json.Token) bool {
	if p.opened != 0 {
		p.levels = append(p.levels, level{list: p.opened == '[', index: -1, wantsKey: p.opened == '{'})
		p.opened = 0
	}
	delim, _ := token.(json.Delim)
	if delim == '}' || delim == ']' {
		p.levels = p.levels[:len(p.levels)-1]
		return false
	}
	if len(p.levels) > 0 && !p.levels[len(p.levels)-1].next(token) {
		return false
	}
	p.opened = delim
	return true
}

// next moves on within a level; value is false if token is a key.
func (l *level) next(token json.Token) (value bool) {
	if l.list {
		l.index++
		return true
	}
	if l.wantsKey {
		l.key, _ = token.(string)
	}
	l.wantsKey = !l.wantsKey
	return l.wantsKey
}

// String writes the path as messages do: "linux.namespaces[2].type".
func (p *path) String() string {
	var b strings.Builder
	for _, l := range p.levels {
		switch {
		case l.list:
			b.WriteString("[" + strconv.Itoa(l.index) + "]")
		case b.Len() > 0:
			b.WriteString("." + l.key)
		default:
			b.WriteString(l.key)
		}
	}
	return b.String()
}
