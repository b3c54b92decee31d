package audit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// Openable returns the error that Open would return, as far as permissions show it. It opens and
// makes nothing: the reader of a pipe would see its end, and a new file would be left behind.
func Openable(path string) error {
	if path == Standard {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return unix.Access(filepath.Dir(path), unix.W_OK|unix.X_OK)
	case err != nil:
		return err
	case info.IsDir():
		return syscall.EISDIR
	}
	return unix.Access(path, unix.W_OK)
}
