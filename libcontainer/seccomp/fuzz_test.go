package seccomp

import (
	"encoding/json"
	"testing"

	"golang.org/x/sys/unix"

	"runc/libcontainer/configs"
)

// FuzzCompile: every profile is refused or becomes a program that ends, and that
// the kernel's rules for programs allow (run checks both), with an action that
// the profile has.
func FuzzCompile(f *testing.F) {
	big, err := json.Marshal(engineProfile(f))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		`{"DefaultAction":"SCMP_ACT_ERRNO","Architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32","SCMP_ARCH_ARM"],"Syscalls":[{"Names":["read","socket","semop"],"Action":"SCMP_ACT_ALLOW","Args":[{"Index":0,"Value":5,"Op":"SCMP_CMP_GE"},{"Index":0,"Value":9,"Op":"SCMP_CMP_LT"}]}]}`,
		`{"DefaultAction":"SCMP_ACT_ALLOW","DefaultErrnoRet":4095,"Flags":["SECCOMP_FILTER_FLAG_LOG"],"Syscalls":[{"Names":["mkdir"],"Action":"SCMP_ACT_NOTIFY"},{"Names":["write"],"Action":"SCMP_ACT_TRACE","ErrnoRet":65535}]}`,
		`{"DefaultAction":"SCMP_ACT_KILL","Architectures":["SCMP_ARCH_S390X","SCMP_ARCH_PPC64LE","SCMP_ARCH_MIPSEL64"],"Syscalls":[{"Names":["openat"],"Action":"SCMP_ACT_LOG","Args":[{"Index":1,"Value":18446744073709551615,"ValueTwo":1,"Op":"SCMP_CMP_MASKED_EQ"}]}]}`,
		string(big),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := new(configs.Seccomp)
		if json.Unmarshal(data, p) != nil || usesLibrary(p) {
			t.Skip()
		}
		filter, err := Compile(p)
		if err != nil {
			return
		}
		for _, token := range []uint32{unix.AUDIT_ARCH_X86_64, unix.AUDIT_ARCH_I386, unix.AUDIT_ARCH_AARCH64, 0} {
			for _, nr := range []uint32{0, 1, 83, 102, 117, 439, 1000, x32Bit, x32Bit + 1, armPrivate, negative, 1<<32 - 1} {
				for _, arg := range []uint64{0, 5, 1 << 32, 1<<64 - 1} {
					runFilter(t, filter, data6(nr, token, arg))
				}
			}
		}
	})
}

func data6(nr, token uint32, arg uint64) data {
	return data{nr, token, [6]uint64{arg, arg, arg, arg, arg, arg}}
}

// usesLibrary tells whether libseccomp would write a part: its version 2.5.4
// hangs on some rules.
func usesLibrary(p *configs.Seccomp) bool {
	archs, err := findArchs(p.Architectures)
	if err != nil {
		return false
	}
	for _, a := range archs {
		if a.library && len(p.Syscalls) > 1 {
			return true
		}
	}
	return false
}
