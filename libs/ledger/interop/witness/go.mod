module custody-ledger/interop/witness

go 1.24.0

require (
	filippo.io/torchwood v0.6.1
	github.com/transparency-dev/formats v0.1.0
	golang.org/x/crypto v0.38.0
	golang.org/x/mod v0.32.0
	zombiezen.com/go/sqlite v1.4.2
)

tool filippo.io/torchwood/cmd/litewitness
