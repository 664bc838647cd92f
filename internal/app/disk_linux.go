package app

import "syscall"

// room asks the machine how much room there is where a folder lies.
func room(folder string) (disk, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return disk{}, err
	}
	size := uint64(s.Bsize) //nolint:gosec // the size of a block is not negative
	return disk{free: s.Bavail * size, total: s.Blocks * size, files: s.Ffree, bounded: s.Files > 0}, nil
}
