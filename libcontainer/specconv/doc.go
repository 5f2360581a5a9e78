// Package specconv is the only reader of the OCI runtime spec: it turns
// config.json into the runtime's own words (packages configs and cgroups), and
// writes the examples of `runc spec`. The spec changes every year, and this
// package with it; nothing above knows.
//
// It finds what can be wrong with the words of config.json (names, numbers,
// lists); whether they make sense together is for configs/validate. An error
// begins with the field as the user wrote it: `linux.resources.devices[2]: ...`.
package specconv
