package cleanup

import (
	"slices"
	"testing"
)

func TestCleanRunsLastFirst(t *testing.T) {
	var order []int
	s := New()
	for i := range 3 {
		s.Add(func() { order = append(order, i) })
	}
	s.Clean()
	s.Clean()
	if !slices.Equal(order, []int{2, 1, 0}) {
		t.Fatalf("order %v", order)
	}
}

func TestReleaseKeepsAll(t *testing.T) {
	s := New()
	s.Add(func() { t.Fatal("undone after Release") })
	s.Release()
	s.Clean()
}

func TestAddDuringClean(t *testing.T) {
	ran := false
	s := New()
	s.Add(func() { s.Add(func() { ran = true }) })
	s.Clean()
	if !ran {
		t.Fatal("what an undo function added was not undone")
	}
}
