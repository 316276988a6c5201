//go:build unix

package main

import (
	"io/fs"
	"syscall"
)

// severalNames tells whether a file has hard links.
func severalNames(file fs.FileInfo) bool {
	stat, ok := file.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink > 1
}
