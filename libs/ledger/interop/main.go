// Command interop checks a running log by code that shares nothing with this project's: golang.org/x/mod/sumdb/note and tlog.
//
//	go run . -key 'ledger.example/log+abcd1234+AX...' -url http://127.0.0.1:8080/log [-old SIZE:ROOT-IN-HEX] [-every N]
//	go run . -paths
//
// It opens the checkpoint with the key, reads all entry bundles, recomputes the root from them, compares every tile with them, proves the
// inclusion of every entry (or of every N-th and the last) from tiles, and consistency with each smaller size that is a seal's, or with the head
// given by -old. Exit code 0 only when everything holds; each statement is a line on stdout.
//
// With -paths it reads paths of tiles from stdin, a line each, and answers each with what it names: `LEVEL INDEX WIDTH`, or `none`.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8
const tileWidth = 1 << tileHeight

func main() {
	key := flag.String("key", "", "verifier key of the log")
	url := flag.String("url", "", "prefix of the log")
	old := flag.String("old", "", "an older head, size:root in hex")
	every := flag.Int("every", 1, "prove the inclusion of every so manieth entry")
	paths := flag.Bool("paths", false, "say what the paths on stdin name")
	flag.Parse()
	if *every < 1 {
		fmt.Fprintln(os.Stderr, "-every is 1 or more")
		os.Exit(2)
	}
	run := func() error { return check(*key, *url, *old, *every) }
	if *paths {
		run = func() error { return namePaths(os.Stdin, os.Stdout) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", err)
		os.Exit(1)
	}
}

func check(key, url, old string, every int) error {
	log := &remote{prefix: strings.TrimSuffix(url, "/"), client: &http.Client{Timeout: time.Minute}}
	head, err := openHead(log, key)
	if err != nil {
		return err
	}
	fmt.Printf("checkpoint: size %d, signed by %s\n", head.N, strings.SplitN(key, "+", 2)[0])
	entries, err := log.entries(head.N)
	if err != nil {
		return err
	}
	own, err := treeOf(entries)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(head.N, own)
	if err != nil {
		return err
	}
	if root != head.Hash {
		return fmt.Errorf("the entries hash to %v, the head says %v", root, head.Hash)
	}
	fmt.Printf("root: %d entries hash to it\n", len(entries))
	// Checks every tile that it reads against the head.
	read := &tileReader{log: log, known: map[tlog.Tile][]byte{}}
	tiles := tlog.TileHashReader(head, read)
	proved := 0
	for n, entry := range entries {
		if n%every != 0 && n != len(entries)-1 {
			continue
		}
		proof, err := tlog.ProveRecord(head.N, int64(n), tiles)
		if err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
		if err := tlog.CheckRecord(proof, head.N, head.Hash, int64(n), tlog.RecordHash(entry)); err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
		proved++
	}
	fmt.Printf("inclusion: %d entries, by tiles\n", proved)
	if err := checkConsistency(head, old, entries, own, tiles); err != nil {
		return err
	}
	fmt.Printf("tiles: %s\n", read)
	return nil
}

func openHead(log *remote, key string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	text, err := log.get("/checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("the checkpoint has another origin than the key")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	var root tlog.Hash
	if err := root.UnmarshalJSON([]byte(`"` + lines[2] + `"`)); err != nil {
		return tlog.Tree{}, err
	}
	return tlog.Tree{N: size, Hash: root}, nil
}

// checkConsistency proves that the head begins with every earlier head, which ends with a seal, and with the one that was kept.
func checkConsistency(head tlog.Tree, old string, entries [][]byte, own, tiles tlog.HashReader) error {
	earlier := map[int64]tlog.Hash{}
	for n, entry := range entries {
		var seal struct{ MapRoot, Time, Log string }
		if json.Unmarshal(entry, &seal) == nil && seal.MapRoot != "" && seal.Time != "" && seal.Log != "" {
			root, err := tlog.TreeHash(int64(n)+1, own)
			if err != nil {
				return err
			}
			earlier[int64(n)+1] = root
		}
	}
	if old != "" {
		size, rootHex, _ := strings.Cut(old, ":")
		n, err := strconv.ParseInt(size, 10, 64)
		if err != nil {
			return err
		}
		root, err := hex.DecodeString(rootHex)
		if err != nil || len(root) != tlog.HashSize {
			return errors.New("-old is not size:root in hex")
		}
		var hash tlog.Hash
		copy(hash[:], root)
		earlier[n] = hash
	}
	for size, root := range earlier {
		proof, err := tlog.ProveTree(head.N, size, tiles)
		if err != nil {
			return fmt.Errorf("consistency with size %d: %w", size, err)
		}
		if err := tlog.CheckTree(proof, head.N, head.Hash, size, root); err != nil {
			return fmt.Errorf("consistency with size %d: %w", size, err)
		}
	}
	fmt.Printf("consistency: %d earlier heads\n", len(earlier))
	return nil
}

// treeOf hashes the entries by itself: no tile is read for it.
func treeOf(entries [][]byte) (tlog.HashReader, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for n, index := range indexes {
			hashes[n] = stored[index]
		}
		return hashes, nil
	})
	for n, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(n), entry, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, hashes...)
	}
	return reader, nil
}

type remote struct {
	prefix string
	client *http.Client
}

func (log *remote) get(path string) ([]byte, error) {
	response, err := log.client.Get(log.prefix + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, 1<<25))
}

func (log *remote) entries(size int64) ([][]byte, error) {
	var entries [][]byte
	for first := int64(0); first < size; first += tileWidth {
		bundle, err := log.get(pathOf(tlog.Tile{H: tileHeight, L: bundles, N: first / tileWidth, W: int(smaller(size-first, tileWidth))}))
		if err != nil {
			return nil, err
		}
		for len(bundle) > 0 {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, errors.New("a bundle is cut off")
			}
			length := int(binary.BigEndian.Uint16(bundle))
			entries = append(entries, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	if int64(len(entries)) != size {
		return nil, fmt.Errorf("%d entries in bundles of a log of %d", len(entries), size)
	}
	return entries, nil
}

// tileReader reads tiles as C2SP names them, each once, and counts them.
type tileReader struct {
	log   *remote
	known map[tlog.Tile][]byte
}

func (*tileReader) Height() int                     { return tileHeight }
func (*tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func (reader *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for n, tile := range tiles {
		bytes, isKnown := reader.known[tile]
		if !isKnown {
			var err error
			if bytes, err = reader.log.get(pathOf(tile)); err != nil {
				return nil, err
			}
			reader.known[tile] = bytes
		}
		data[n] = bytes
	}
	return data, nil
}

// String says how many tiles were read, how many of them are full, and of each level the last path.
func (reader *tileReader) String() string {
	full := 0
	last := map[int]tlog.Tile{}
	for tile := range reader.known {
		if tile.W == tileWidth {
			full++
		}
		if tile.N >= last[tile.L].N {
			last[tile.L] = tile
		}
	}
	text := fmt.Sprintf("%d read, %d full, last", len(reader.known), full)
	for level := 0; level < len(last); level++ {
		text += " " + strings.TrimPrefix(pathOf(last[level]), "/")
	}
	return text
}

func smaller(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// Level of entry bundles, as sumdb numbers what it calls data.
const bundles = -1

// The path of sumdb is tile/HEIGHT/LEVEL/INDEX, and that of bundles tile/HEIGHT/data/INDEX. C2SP leaves the height out, for it is always 8, and
// says entries in the place of data. All else, the index in groups of three digits with an x before all but the last one, is the same.
const (
	ownPrefix  = "tile/8/"
	c2spPrefix = "tile/"
	ownData    = "data/"
	c2spData   = "entries/"
)

func pathOf(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), ownPrefix)
	if tile.L == bundles {
		path = c2spData + strings.TrimPrefix(path, ownData)
	}
	return "/" + c2spPrefix + path
}

func parsePath(path string) (tlog.Tile, error) {
	rest := strings.TrimPrefix(path, c2spPrefix)
	if rest == path || strings.HasPrefix(rest, ownData) {
		return tlog.Tile{}, errors.New("another prefix")
	}
	if strings.HasPrefix(rest, c2spData) {
		rest = ownData + strings.TrimPrefix(rest, c2spData)
	}
	return tlog.ParseTilePath(ownPrefix + rest)
}

func namePaths(from io.Reader, to io.Writer) error {
	for lines := bufio.NewScanner(from); ; {
		if !lines.Scan() {
			return lines.Err()
		}
		path := lines.Text()
		tile, err := parsePath(path)
		if err != nil {
			fmt.Fprintln(to, "none")
			continue
		}
		if pathOf(tile) != "/"+path {
			return fmt.Errorf("%s is read as the tile of %s", path, pathOf(tile))
		}
		level := strconv.Itoa(tile.L)
		if tile.L == bundles {
			level = "entries"
		}
		fmt.Fprintln(to, level, tile.N, tile.W)
	}
}
