package rootfs

// devices plans the nodes and links in /dev, unless the user has brought a /dev
// of his own.
func (p *planner) devices() {
	if p.devIsBound() {
		return
	}
	for i := range p.cfg.Devices {
		d := &p.cfg.Devices[i]
		if path := clean(d.Path); path != "/dev/ptmx" { // a link, below
			p.add(Op{Kind: MakeNode, Index: i, Path: path, Device: d})
		}
	}
	link := func(path, text string) Op { return Op{Kind: MakeLink, Index: -1, Path: path, Source: text} }
	ptmx := link("/dev/ptmx", "pts/ptmx")
	ptmx.Replace = true
	p.add(ptmx)
	core := link("/dev/core", "/proc/kcore")
	core.IfExists = "/proc/kcore"
	p.add(core)
	p.add(link("/dev/fd", "/proc/self/fd"))
	p.add(link("/dev/stdin", "/proc/self/fd/0"))
	p.add(link("/dev/stdout", "/proc/self/fd/1"))
	p.add(link("/dev/stderr", "/proc/self/fd/2"))
}

func (p *planner) devIsBound() bool {
	for i := range p.cfg.Mounts {
		if m := &p.cfg.Mounts[i]; m.IsBind() && clean(m.Destination) == "/dev" {
			return true
		}
	}
	return false
}
