// Command witness runs somebody else's witness for suites of this project, and reads cosignatures by somebody else's code.
//
//	go run . -litewitness PATH -dir FOLDER -name w.example/witness -listen 127.0.0.1:7380 -log 'ledger.example/log+abcd1234+AX...'
//	go run . -verify 'w.example/witness+abcd1234+BX...' < checkpoint
//
// The witness is litewitness of filippo.io/torchwood, built from its own sources and asked for nothing but what it does. What it is to be given by its
// operator is given here: a key, which it takes from an ssh-agent alone, and the log that it is to know, which its operator's tool writes to its
// database (that tool is not built, for it brings a module that not every proxy has). The folder keeps both; started again there it goes on.
// The first line on stdout is the witness's verifier key; it ends with this program.
//
// With -verify it opens the note on stdin by the witness's key with github.com/transparency-dev/formats, and prints the time of the cosignature.
package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"filippo.io/torchwood"
	foreign "github.com/transparency-dev/formats/note"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/mod/sumdb/note"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

const startWithin = 30 * time.Second

func main() {
	program := flag.String("litewitness", "", "path of litewitness")
	dir := flag.String("dir", "", "folder of key and database")
	name := flag.String("name", "", "name of the witness")
	listen := flag.String("listen", "", "address that it listens on")
	log := flag.String("log", "", "verifier key of the log that it knows")
	verify := flag.String("verify", "", "verifier key of a witness: read a note from stdin instead")
	flag.Parse()
	run := func() error { return runWitness(*program, *dir, *name, *listen, *log) }
	if *verify != "" {
		run = func() error { return readCosignature(*verify, os.Stdin, os.Stdout) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", err)
		os.Exit(1)
	}
}

func runWitness(program, dir, name, listen, log string) error {
	key, err := keyOf(filepath.Join(dir, "key"))
	if err != nil {
		return err
	}
	socket := filepath.Join(dir, "agent")
	fingerprint, err := serveAgent(socket, key)
	if err != nil {
		return err
	}
	signer, err := torchwood.NewCosignatureSigner(name, key)
	if err != nil {
		return err
	}
	database := filepath.Join(dir, "witness.db")
	child := exec.Command(program, "-db", database, "-name", name, "-listen", listen, "-ssh-agent", socket, "-key", fingerprint)
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	if err := untilUp(listen, ended); err != nil {
		return err
	}
	if err := know(database, log); err != nil {
		return err
	}
	fmt.Println(signer.Verifier().String())
	select {
	case err := <-ended:
		return fmt.Errorf("the witness ended: %w", err)
	case <-stop:
		if err := child.Process.Signal(os.Interrupt); err != nil {
			return err
		}
		return <-ended
	}
}

// keyOf reads the key that the folder has, or makes one.
func keyOf(path string) (ed25519.PrivateKey, error) {
	seed, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		seed = make([]byte, ed25519.SeedSize)
		if _, err := rand.Read(seed); err != nil {
			return nil, err
		}
		return ed25519.NewKeyFromSeed(seed), os.WriteFile(path, seed, 0o600)
	}
	if err == nil && len(seed) != ed25519.SeedSize {
		err = errors.New("the key's file has another length")
	}
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// serveAgent is an ssh-agent with one key, and its fingerprint.
func serveAgent(socket string, key ed25519.PrivateKey) (string, error) {
	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		return "", err
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return "", err
	}
	if err := os.RemoveAll(socket); err != nil {
		return "", err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return "", err
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(ring, connection)
		}
	}()
	return ssh.FingerprintSHA256(public), nil
}

func untilUp(address string, ended <-chan error) error {
	for deadline := time.Now().Add(startWithin); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-ended:
			return fmt.Errorf("the witness ended at its start: %w", err)
		default:
		}
		connection, err := net.Dial("tcp", address)
		if err == nil {
			return connection.Close()
		}
	}
	return errors.New("the witness does not listen")
}

// know adds the log to those that the witness knows, of which it has cosigned nothing yet; one that it knows stays as it is.
func know(database, log string) error {
	origin, _, _ := strings.Cut(log, "+")
	db, err := sqlite.OpenConn(database, sqlite.OpenReadWrite)
	if err != nil {
		return err
	}
	defer db.Close()
	known := false
	find := &sqlitex.ExecOptions{Args: []any{origin}, ResultFunc: func(*sqlite.Stmt) error { known = true; return nil }}
	if err := sqlitex.Execute(db, "SELECT origin FROM log WHERE origin = ?", find); err != nil || known {
		return err
	}
	// The root of nothing, in base64.
	empty := "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	if err := sqlitex.Execute(db, "INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)", &sqlitex.ExecOptions{Args: []any{origin, empty}}); err != nil {
		return err
	}
	return sqlitex.Execute(db, "INSERT INTO key (origin, key) VALUES (?, ?)", &sqlitex.ExecOptions{Args: []any{origin, log}})
}

func readCosignature(key string, from io.Reader, to io.Writer) error {
	verifier, err := foreign.NewVerifierForCosignatureV1(key)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	for _, signature := range opened.Sigs {
		at, err := foreign.CoSigV1Timestamp(signature)
		if err != nil {
			return err
		}
		fmt.Fprintln(to, signature.Name, at.Unix())
	}
	return nil
}
