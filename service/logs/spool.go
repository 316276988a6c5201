package logs

import (
	"bytes"
	"compress/gzip"
	"slices"
	"sync"

	"github.com/oabridge/oabridge/model"
)

// blockSize is how much text is compressed at a time: large enough to compress well, small enough to be read alone.
const blockSize = 256 << 10

// Spool holds the cleaned text of a log, compressed, and at most limit bytes of text: the beginning and, when that is not
// all, the end; of text that does not compress less, see mostHeld. Offsets count cleaned text from its beginning, so they mean the same wherever the log is read. It is safe
// for concurrent use.
type Spool struct {
	mu     sync.Mutex
	limit  int64
	blocks []model.LogBlock
	open   []byte // the end, not compressed yet
	from   int64  // offset of open
	held   int    // bytes of blocks
	zip    *gzip.Writer
	packed bytes.Buffer // what zip writes into
}

// mostHeld bounds what is held of a log however badly it compresses, in bytes.
const mostHeld = 6 << 20

// NewSpool makes an empty one. limit is at least two blocks.
func NewSpool(limit int64) *Spool { return &Spool{limit: max(limit, 2*blockSize)} }

// Append adds text.
func (s *Spool) Append(text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(text) > 0 {
		n := min(len(text), blockSize-len(s.open))
		s.open = append(s.open, text[:n]...)
		text = text[n:]
		if len(s.open) < blockSize {
			continue
		}
		block, err := s.pack()
		if err != nil {
			return err
		}
		s.blocks, s.held = append(s.blocks, block), s.held+len(block.Zip)
		s.from, s.open = s.from+int64(len(s.open)), s.open[:0]
		s.drop()
	}
	return nil
}

// drop keeps the limit: the first block stays, the oldest after it go.
func (s *Spool) drop() {
	for (int64(len(s.blocks))*blockSize > s.limit || s.held > mostHeld) && len(s.blocks) > 2 {
		s.held -= len(s.blocks[1].Zip)
		s.blocks = slices.Delete(s.blocks, 1, 2)
	}
}

// pack compresses what is open.
func (s *Spool) pack() (model.LogBlock, error) {
	s.packed.Reset()
	if s.zip == nil {
		zip, err := gzip.NewWriterLevel(&s.packed, gzip.BestSpeed)
		if err != nil {
			return model.LogBlock{}, err
		}
		s.zip = zip
	}
	s.zip.Reset(&s.packed)
	if _, err := s.zip.Write(s.open); err != nil {
		return model.LogBlock{}, err
	}
	err := s.zip.Close()
	return model.LogBlock{From: s.from, Size: len(s.open), Zip: bytes.Clone(s.packed.Bytes())}, err
}

// Size is the length of the text, also of what was dropped.
func (s *Spool) Size() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.from + int64(len(s.open))
}

// Read returns text that starts at offset, or later when that was dropped, and where it starts; none at the end.
func (s *Spool) Read(offset int64) (text []byte, at int64, err error) {
	block, open, from := s.find(offset)
	if open != nil {
		return open, from, nil
	}
	if block.Size == 0 {
		return nil, offset, nil
	}
	text, err = block.Text()
	if skip := offset - block.From; skip > 0 && err == nil {
		return text[skip:], offset, nil
	}
	return text, block.From, err
}

// find returns the block with the offset, or the open end from there on.
func (s *Spool) find(offset int64) (model.LogBlock, []byte, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, block := range s.blocks {
		if offset < block.From+int64(block.Size) {
			return block, nil, 0
		}
	}
	at := max(offset, s.from)
	if skip := at - s.from; skip < int64(len(s.open)) {
		return model.LogBlock{}, bytes.Clone(s.open[skip:]), at
	}
	return model.LogBlock{}, nil, 0
}

// Blocks are everything that is held, to be kept after the build.
func (s *Spool) Blocks() ([]model.LogBlock, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	blocks := slices.Clone(s.blocks)
	if len(s.open) == 0 {
		return blocks, nil
	}
	last, err := s.pack()
	return append(blocks, last), err
}
