package servers

import (
	"os"
	"testing"
)

// shortTempDir makes a folder with a short path, because the path of a Unix socket has at most 107 bytes and
// t.TempDir contains the test's name.
func shortTempDir(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "oabridge-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}
