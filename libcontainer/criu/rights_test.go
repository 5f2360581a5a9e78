package criu

import (
	"fmt"
	"strings"
	"testing"

	"runc/libcontainer/configs"
)

// task is the text of /proc/PID/status of a process without any right.
type task struct {
	uid, gid                string
	bnd, prm, eff, inh, amb uint64
	nnp, seccomp            int
}

func (p task) status() []byte {
	return fmt.Appendf(nil, "Name:\tx: y\nUid:\t%s\nGid:\t%s\nCapInh:\t%016x\nCapPrm:\t%016x\nCapEff:\t%016x\nCapBnd:\t%016x\nCapAmb:\t%016x\nNoNewPrivs:\t%d\nSeccomp:\t%d\n",
		p.uid, p.gid, p.inh, p.prm, p.eff, p.bnd, p.amb, p.nnp, p.seccomp)
}

func TestBounds(t *testing.T) {
	const few, more = 0b11, 0b111
	open := Bounds{
		Process: &configs.Process{Capabilities: &configs.Capabilities{Bounding: more, Permitted: few, Effective: few}},
		Config:  &configs.Config{},
	}
	closed := Bounds{
		Process: &configs.Process{
			NoNewPrivileges: true, User: configs.User{UID: 7, GID: 8},
			Capabilities: &configs.Capabilities{Bounding: more, Permitted: few},
		},
		Config: &configs.Config{
			Seccomp:     &configs.Seccomp{},
			UIDMappings: []configs.IDMap{{HostID: 1000, Size: 10}}, GIDMappings: []configs.IDMap{{HostID: 2000, Size: 10}},
		},
	}
	fit := task{uid: "1007\t1007\t1007\t1007", gid: "2008\t2008\t2008\t2008", bnd: more, prm: few, eff: 1, inh: 1, amb: 1, nnp: 1, seccomp: 2}
	with := func(change func(*task)) task {
		p := fit
		change(&p)
		return p
	}
	none := Bounds{Process: &configs.Process{}, Config: &configs.Config{}}
	for _, c := range []struct {
		name string
		b    Bounds
		task task
		want string // "": fits
	}{
		{"fits", closed, fit, ""},
		{"what an exec may gain", open, task{uid: "0 5 0 0", gid: "0 0 0 0", bnd: more, prm: more, eff: more, inh: more}, ""},
		{"no capabilities", none, task{uid: "0", gid: "0"}, ""},
		{"no capabilities in the bundle", none, task{uid: "0", gid: "0", bnd: 1}, "process.capabilities.bounding"},
		{"bounding", open, with(func(p *task) { p.bnd |= 8 }), "process.capabilities.bounding: it has [CAP_FOWNER]"},
		{"permitted", open, with(func(p *task) { p.prm |= 8 }), "process.capabilities.permitted"},
		{"permitted, which no exec can give", closed, with(func(p *task) { p.prm = more }), "process.capabilities.permitted"},
		{"effective", closed, with(func(p *task) { p.eff = more }), "process.capabilities.effective"},
		{"inheritable", closed, with(func(p *task) { p.inh = more }), "process.capabilities.inheritable"},
		{"ambient", closed, with(func(p *task) { p.amb = more }), "process.capabilities.ambient"},
		{"no_new_privs", closed, with(func(p *task) { p.nnp = 0 }), "process.noNewPrivileges"},
		{"seccomp", closed, with(func(p *task) { p.seccomp = 0 }), "linux.seccomp"},
		{"strict seccomp", closed, with(func(p *task) { p.seccomp = 1 }), "linux.seccomp"},
		{"uid", closed, with(func(p *task) { p.uid = "1007\t0\t1007\t1007" }), "process.user.uid"},
		{"gid", closed, with(func(p *task) { p.gid = "2008\t2008\t2008\t0" }), "process.user.gid"},
		{"no uid", closed, with(func(p *task) { p.uid = "" }), "process.user.uid"},
	} {
		err := c.b.Check(c.task.status())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestUnreadableStatus: what cannot be read is not allowed.
func TestUnreadableStatus(t *testing.T) {
	b := Bounds{Process: &configs.Process{NoNewPrivileges: true}, Config: &configs.Config{}}
	whole := string(task{uid: "0", gid: "0", nnp: 1}.status())
	if err := b.Check([]byte(whole)); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"Uid", "Gid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"} {
		if err := b.Check([]byte(strings.Replace(whole, line+":", "X:", 1))); err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("without %s: %v", line, err)
		}
	}
	if err := b.Check([]byte(strings.ReplaceAll(whole, "0000000000000000", "zz"))); err == nil {
		t.Error("unreadable sets: no error")
	}
}
