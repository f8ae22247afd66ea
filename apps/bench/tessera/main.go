// Command tessera appends entries to a log of Tessera's POSIX storage in an empty folder, and says how fast they became durable and how
// fast they were in a published checkpoint:
//
//	go run . -dir FOLDER -entries 100000 -bytes 700 -batch 256 -age 250ms -interval 1s -adders 2000
//
// The last line on stdout is JSON: entries, seconds until the last entry had its index (durable and integrated), seconds until a published
// checkpoint covered it, and CPU seconds of this process. Entries are made before the clock starts; each differs from all others. Every
// adder waits for the index of its entry before it adds the next one: so many clients are there at once.
package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// How often the published checkpoint is looked at once all entries are durable.
const pollEvery = 5 * time.Millisecond

type options struct {
	dir      string
	entries  int
	bytes    int
	batch    uint
	age      time.Duration
	interval time.Duration
	adders   int
}

type result struct {
	Entries             int     `json:"entries"`
	DurableSeconds      float64 `json:"durableSeconds"`
	CheckpointedSeconds float64 `json:"checkpointedSeconds"`
	CPUSeconds          float64 `json:"cpuSeconds"`
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "folder of the log, empty")
	flag.IntVar(&o.entries, "entries", 100_000, "how many entries to append")
	flag.IntVar(&o.bytes, "bytes", 700, "size of an entry, at least 8")
	flag.UintVar(&o.batch, "batch", tessera.DefaultBatchMaxSize, "entries of a batch at most")
	flag.DurationVar(&o.age, "age", tessera.DefaultBatchMaxAge, "how long a batch waits for more")
	flag.DurationVar(&o.interval, "interval", time.Second, "between checkpoints, at least 100ms")
	flag.IntVar(&o.adders, "adders", 2_000, "entries under way at once")
	flag.Parse()
	r, err := run(context.Background(), o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		os.Exit(1)
	}
}

func run(parent context.Context, o options) (result, error) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	appender, shutdown, reader, err := openLog(ctx, o)
	if err != nil {
		return result{}, err
	}
	entries, err := makeEntries(o)
	if err != nil {
		return result{}, err
	}
	cpu := cpuSeconds()
	started := time.Now()
	size, err := addAll(ctx, appender, entries, o.adders)
	if err != nil {
		return result{}, err
	}
	durable := time.Since(started)
	for {
		published, err := publishedSize(ctx, reader)
		if err != nil {
			return result{}, err
		}
		if published >= size {
			break
		}
		time.Sleep(pollEvery)
	}
	r := result{len(entries), durable.Seconds(), time.Since(started).Seconds(), cpuSeconds() - cpu}
	return r, shutdown(ctx)
}

func openLog(ctx context.Context, o options) (*tessera.Appender, func(context.Context) error, tessera.LogReader, error) {
	secret, _, err := note.GenerateKey(rand.Reader, "bench.example/tessera")
	if err != nil {
		return nil, nil, nil, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, nil, nil, err
	}
	driver, err := posix.New(ctx, posix.Config{Path: o.dir})
	if err != nil {
		return nil, nil, nil, err
	}
	settings := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(o.interval).
		WithBatching(o.batch, o.age)
	return tessera.NewAppender(ctx, driver, settings)
}

func makeEntries(o options) ([]*tessera.Entry, error) {
	if o.bytes < 8 {
		return nil, fmt.Errorf("an entry has 8 bytes at least, not %d", o.bytes)
	}
	entries := make([]*tessera.Entry, o.entries)
	for n := range entries {
		data := make([]byte, o.bytes)
		if _, err := rand.Read(data); err != nil {
			return nil, err
		}
		binary.BigEndian.PutUint64(data, uint64(n))
		entries[n] = tessera.NewEntry(data)
	}
	return entries, nil
}

// addAll returns the size of the smallest tree that holds all of the entries.
func addAll(ctx context.Context, appender *tessera.Appender, entries []*tessera.Entry, adders int) (uint64, error) {
	var next atomic.Int64
	var group sync.WaitGroup
	sizes, failures := make([]uint64, adders), make([]error, adders)
	for adder := range adders {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := next.Add(1) - 1; n < int64(len(entries)); n = next.Add(1) - 1 {
				index, err := appender.Add(ctx, entries[n])()
				if err != nil {
					failures[adder] = err
					return
				}
				sizes[adder] = max(sizes[adder], index.Index+1)
			}
		}()
	}
	group.Wait()
	var size uint64
	for adder := range adders {
		if failures[adder] != nil {
			return 0, failures[adder]
		}
		size = max(size, sizes[adder])
	}
	return size, nil
}

// publishedSize is 0 before the first checkpoint.
func publishedSize(ctx context.Context, reader tessera.LogReader) (uint64, error) {
	checkpoint, err := reader.ReadCheckpoint(ctx)
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var origin string
	var size uint64
	if _, err := fmt.Sscanf(string(checkpoint), "%s\n%d\n", &origin, &size); err != nil {
		return 0, fmt.Errorf("a checkpoint begins with origin and size: %w", err)
	}
	return size, nil
}

// cpuSeconds is user and system time of this process and all its threads so far.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}
