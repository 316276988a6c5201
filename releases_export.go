package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
)

// exportFlags say what is exported, and where to.
type exportFlags struct {
	filterFlags
	format string
	bom    bool
	file   string
}

func newReleasesExport(b *bridgeFlags) *cobra.Command {
	f := &exportFlags{}
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write releases as CSV or JSON, the newest first · 导出上线单",
		Long: "Writes every release that the filters let through: as CSV a row for each app, as JSON an array of releases.\n\n" +
			"  oabridge releases export --from 2026-11-01 --to 2026-11-30 -o november.csv\n" +
			"  oabridge releases export --format json --person zhangwei\n\n" +
			"With -o the file is there when all of it is, and not before. Without it, what was printed is whole when the exit code is 0.\n" +
			"The columns are documented in docs/records.md.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, b) },
	}
	f.add(cmd.Flags())
	cmd.Flags().StringVar(&f.format, "format", "csv", "csv or json")
	cmd.Flags().BoolVar(&f.bom, "bom", false, "let CSV begin with a byte order mark, which Excel needs for Chinese")
	cmd.Flags().StringVarP(&f.file, "output", "o", "", "write into this file instead of printing")
	return cmd
}

func (f *exportFlags) run(cmd *cobra.Command, b *bridgeFlags) error {
	if b.asJSON {
		f.format = "json"
	}
	switch {
	case f.format != "csv" && f.format != "json":
		return misused("--format %q is neither csv nor json", f.format)
	case f.bom && f.format == "json":
		return misused("--bom is for CSV: JSON has no byte order mark")
	}
	query, err := f.query()
	if err != nil {
		return err
	}
	query.Set("format", f.format)
	query.Set("bom", strconv.FormatBool(f.bom))
	c, err := b.connect()
	if err != nil {
		return err
	}
	if f.file == "" {
		_, err := c.export(cmd.Context(), query, cmd.OutOrStdout())
		return failed(err)
	}
	written, err := f.save(cmd.Context(), c, query)
	if err != nil {
		return failed(err)
	}
	_, err = fmt.Fprintf(cmd.ErrOrStderr(), "已导出 · written: %s (%d bytes)\n", f.file, written)
	return failed(err)
}

// save writes a file beside the wanted one, and gives it the name when it is whole.
func (f *exportFlags) save(ctx context.Context, c *bridgeClient, query url.Values) (int64, error) {
	part, err := os.CreateTemp(filepath.Dir(f.file), "."+filepath.Base(f.file)+".*")
	if err != nil {
		return 0, err
	}
	written, err := c.export(ctx, query, part)
	if err == nil {
		err = part.Sync()
	}
	if closeErr := part.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(part.Name(), f.file)
	}
	if err != nil {
		_ = os.Remove(part.Name()) // the first error says what is wrong
	}
	return written, err
}

// export copies what the bridge writes, for as long as it writes.
func (c *bridgeClient) export(ctx context.Context, query url.Values, out io.Writer) (int64, error) {
	path := "/api/releases/export?" + query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+path, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := c.http.Do(req)
	if err != nil {
		return 0, unanswered(ctx, http.MethodGet, path, err)
	}
	defer func() { _ = res.Body.Close() }() // it was only read
	if res.StatusCode != http.StatusOK || res.Header.Get("X-Time-Zone") == "" {
		raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
		if err != nil {
			return 0, unanswered(ctx, http.MethodGet, path, err)
		}
		if _, err = c.understand(res, raw); err == nil {
			err = fmt.Errorf("%s answered something else than an export: is --url right? · 对方不像是 oabridge，请检查 --url", c.url)
		}
		return 0, err
	}
	read := &remembering{Reader: res.Body}
	written, err := io.Copy(out, read)
	if read.err != nil && !errors.Is(read.err, io.EOF) {
		return written, fmt.Errorf("what was written is not whole · 导出中断，内容不完整：%w", unanswered(ctx, http.MethodGet, path, read.err))
	}
	return written, err
}

// remembering keeps the error of its last read, so that it is told from one of writing.
type remembering struct {
	io.Reader
	err error
}

// Read implements io.Reader.
func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.err = err
	return n, err
}
