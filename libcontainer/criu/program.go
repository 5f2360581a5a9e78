package criu

import (
	"errors"
	"fmt"
	"os/exec"

	"github.com/checkpoint-restore/go-criu/v8/rpc"
)

// Versions of CRIU from which on something works, as major*10000 + minor*100 +
// sublevel.
const (
	oldest = 30000 // the version can be asked for
	// freezerV2 is the first that uses the freezer of cgroup v2.
	freezerV2 = 31400
	// lazyNotices is the first that tells by a notice when memory can be
	// fetched.
	lazyNotices = 31500
	// lsmProfile is the first in which another LSM profile takes effect.
	lsmProfile = 31600
)

// Program is the criu that is installed.
type Program struct {
	path    string
	version int
}

// Find finds criu in PATH.
func Find() (*Program, error) {
	p, err := find()
	if err != nil {
		return nil, fmt.Errorf("CRIU version check failed: %w", err)
	}
	return p, nil
}

func find() (*Program, error) {
	path, err := exec.LookPath("criu")
	if err != nil {
		return nil, fmt.Errorf("%w; install CRIU (https://criu.org)", err)
	}
	p := &Program{path: path}
	return p, p.askVersion()
}

func (p *Program) askVersion() error {
	resp, err := p.ask(&rpc.CriuReq{Type: ptr(rpc.CriuReqType_VERSION)})
	if err != nil {
		return err
	}
	v := resp.GetVersion()
	p.version = int(v.GetMajorNumber())*10000 + int(v.GetMinorNumber())*100 + int(v.GetSublevel())
	if v.GetGitid() != "" { // on the way to the next one
		p.version = p.version/100*100 + 100
	}
	return p.require(oldest, "checkpoint and restore")
}

// FreezesV2 tells whether CRIU uses the freezer of cgroup v2.
func (p *Program) FreezesV2() bool { return p.version >= freezerV2 }

func (p *Program) require(version int, what string) error {
	if p.version >= version {
		return nil
	}
	return fmt.Errorf("%s: CRIU version %d must be %d or higher", what, p.version, version)
}

// checkDump finds out whether CRIU and this kernel can do what is asked for.
func (p *Program) checkDump(o *Options) error {
	var want rpc.CriuFeatures
	if o.PreDump {
		want.MemTrack = ptr(true)
	}
	if o.LazyPages {
		want.LazyPages = ptr(true)
	}
	if want.MemTrack == nil && want.LazyPages == nil {
		return nil
	}
	resp, err := p.ask(&rpc.CriuReq{Type: ptr(rpc.CriuReqType_FEATURE_CHECK), Features: &want})
	if err != nil {
		return fmt.Errorf("CRIU feature check failed: %w", err)
	}
	got := resp.GetFeatures()
	if o.PreDump && !got.GetMemTrack() {
		return errors.New("--pre-dump: CRIU is missing features: mem_track (dirty pages, CONFIG_MEM_SOFT_DIRTY)")
	}
	if o.LazyPages && !got.GetLazyPages() {
		return errors.New("--lazy-pages: CRIU is missing features: lazy_pages (userfaultfd)")
	}
	return nil
}

func (p *Program) checkRestore(o *Options) error {
	if o.LSMProfile != "" && p.version < lsmProfile {
		return errors.New("--lsm-profile requires at least CRIU 3.16")
	}
	if o.LSMMountContext != "" && p.version < lsmProfile {
		return errors.New("--lsm-mount-context requires at least CRIU 3.16")
	}
	return nil
}
