// Command interop checks a running log by code that shares nothing with this project's: golang.org/x/mod/sumdb/note and tlog.
//
//	go run . -key 'ledger.example/log+abcd1234+AX...' -url http://127.0.0.1:8080/log [-old SIZE:ROOT-IN-HEX]
//
// It opens the checkpoint with the key, reads all entry bundles, recomputes the root from them, compares every tile with them, proves the
// inclusion of every entry from tiles, and consistency with each smaller size that is a seal's, or with the head given by -old.
// Exit code 0 only when everything holds; each statement is a line on stdout.
package main

import (
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
	flag.Parse()
	if err := check(*key, *url, *old); err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", err)
		os.Exit(1)
	}
}

func check(key, url, old string) error {
	log := &remote{prefix: strings.TrimSuffix(url, "/"), client: &http.Client{Timeout: 10 * time.Second}}
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
	tiles := tlog.TileHashReader(head, log.tiles())
	for n, entry := range entries {
		proof, err := tlog.ProveRecord(head.N, int64(n), tiles)
		if err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
		if err := tlog.CheckRecord(proof, head.N, head.Hash, int64(n), tlog.RecordHash(entry)); err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
	}
	fmt.Printf("inclusion: %d entries, by tiles\n", len(entries))
	return checkConsistency(head, old, entries, own, tiles)
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
		bundle, err := log.get(pathOf("entries", first/tileWidth, smaller(size-first, tileWidth)))
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

// tiles reads tiles as C2SP names them; sumdb's own paths differ.
func (log *remote) tiles() tlog.TileReader { return &tileReader{log} }

type tileReader struct{ log *remote }

func (*tileReader) Height() int                     { return tileHeight }
func (*tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func (reader *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for n, tile := range tiles {
		bytes, err := reader.log.get(pathOf(strconv.Itoa(tile.L), tile.N, int64(tile.W)))
		if err != nil {
			return nil, err
		}
		data[n] = bytes
	}
	return data, nil
}

func smaller(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func pathOf(level string, n, width int64) string {
	index := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		index = fmt.Sprintf("x%03d/%s", n%1000, index)
	}
	path := "/tile/" + level + "/" + index
	if width < tileWidth {
		path += fmt.Sprintf(".p/%d", width)
	}
	return path
}
