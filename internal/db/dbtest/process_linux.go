package dbtest

import (
	"errors"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// serverAttributes make the system stop the server when this process dies in whatever way, and run it as an ordinary user
// where this process is root, which PostgreSQL refuses to be.
func serverAttributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT, Setpgid: true}
	if uid, gid, ok := serverUser(); ok {
		attributes.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	}
	return attributes
}

// giveToServer makes dir belong to the user that runs the server.
func giveToServer(dir string) error {
	if uid, gid, ok := serverUser(); ok {
		return os.Chown(dir, int(uid), int(gid))
	}
	return nil
}

// serverUser is whom to run the server as; ok is false where that is the present user.
func serverUser() (uid, gid uint32, ok bool) {
	if os.Geteuid() != 0 {
		return 0, 0, false
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.ParseUint(u.Uid, 10, 32)
			gid, _ := strconv.ParseUint(u.Gid, 10, 32)
			return uint32(uid), uint32(gid), true
		}
	}
	return 65534, 65534, true
}

// isRunning reports whether there is a process with this number.
func isRunning(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// fastFolder is where to put a server whose data nobody will miss: in memory if there is plenty.
func fastFolder() string {
	const memory, plenty = "/dev/shm", 4 << 30
	var stat syscall.Statfs_t
	if err := syscall.Statfs(memory, &stat); err == nil && stat.Bavail*uint64(stat.Bsize) > plenty {
		return memory
	}
	return os.TempDir()
}
