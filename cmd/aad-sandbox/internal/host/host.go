// Package host starts and stops clusters as child processes, one each: an API
// server keeps global state, so two of them cannot share a process. It knows
// nothing of Azure.
package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/cluster"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/arm"
)

// Host runs clusters below one folder. It is safe for concurrent use.
type Host struct {
	dir       string // below it, one folder a cluster
	cloudFile string
	exe       string // this program
	webhook   string // aad-webhook, beside it
	keep      bool

	mu      sync.Mutex
	running map[string]*child
}

// New returns a host that is not open yet. With keep, clusters' data outlives
// it and is found again.
func New(dir, cloudFile string, keep bool) *Host {
	return &Host{dir: dir, cloudFile: cloudFile, keep: keep, running: map[string]*child{}}
}

// Open finds the executables.
func (h *Host) Open() error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	if h.exe, err = filepath.EvalSymlinks(exe); err != nil {
		return err
	}
	h.webhook = filepath.Join(filepath.Dir(h.exe), "aad-webhook")
	if _, err := os.Stat(h.webhook); err != nil {
		return fmt.Errorf("aad-webhook must lie beside %s: %w (run: make build)", filepath.Base(h.exe), err)
	}
	return nil
}

// Clean empties the folder, unless data is kept: what an earlier, killed sandbox
// left there belongs to no running cluster.
func (h *Host) Clean() error {
	if h.keep {
		return nil
	}
	return os.RemoveAll(h.dir)
}

// child is one cluster's process. Its mutex lets one spec through at a time.
type child struct {
	mu      sync.Mutex
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	answers *json.Decoder
	log     string
}

// Start implements arm.ClusterHost.
func (h *Host) Start(ctx context.Context, spec arm.ClusterSpec) (arm.ClusterInfo, error) {
	c, err := h.child(spec.ID)
	if err != nil {
		return arm.ClusterInfo{}, fmt.Errorf("start cluster %s: %w", spec.Name, err)
	}
	answer, err := c.apply(ctx, cluster.Spec{
		Dir: h.folder(spec.ID), Webhook: h.webhook, CloudFile: h.cloudFile, Tenant: spec.Tenant,
		ServerAppID: spec.ServerAppID, ServerAppSecret: spec.ServerAppSecret, AdminGroups: spec.AdminGroups,
		ID: spec.ID, AzureRBAC: spec.AzureRBAC,
	})
	if err != nil {
		_ = h.Stop(ctx, spec.ID)
		return arm.ClusterInfo{}, fmt.Errorf("start cluster %s: %w", spec.Name, err)
	}
	return arm.ClusterInfo{Server: answer.Server, CA: answer.CA, AdminCert: answer.AdminCert, AdminKey: answer.AdminKey}, nil
}

// folder is short and harmless whatever the cluster's id is.
func (h *Host) folder(id string) string {
	sum := sha256.Sum256([]byte(id))
	return filepath.Join(h.dir, hex.EncodeToString(sum[:6]))
}

func (h *Host) child(id string) (*child, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c, ok := h.running[id]; ok {
		return c, nil
	}
	dir := h.folder(id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(dir, "cluster.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(h.exe, CommandName, dir) // the folder tells a person whose it is
	cmd.Stderr = log
	cmd.SysProcAttr = ownGroup() // Ctrl-C reaches us, and we stop clusters in order
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, stdin: stdin, answers: json.NewDecoder(stdout), log: log.Name()}
	h.running[id] = c
	return c, nil
}

// CommandName is the hidden command of this program that runs one cluster.
const CommandName = "cluster-process"

func (c *child) apply(ctx context.Context, spec cluster.Spec) (cluster.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := json.NewEncoder(c.stdin).Encode(spec); err != nil {
		return cluster.Answer{}, fmt.Errorf("cluster process: %w (see %s)", err, c.log)
	}
	type result struct {
		answer cluster.Answer
		err    error
	}
	got := make(chan result, 1)
	go func() {
		var r result
		r.err = c.answers.Decode(&r.answer)
		got <- r
	}()
	select {
	case <-ctx.Done():
		return cluster.Answer{}, ctx.Err()
	case r := <-got:
		switch {
		case r.err != nil:
			return cluster.Answer{}, fmt.Errorf("cluster process ended: see %s", c.log)
		case r.answer.Error != "":
			return cluster.Answer{}, errors.New(r.answer.Error)
		}
		return r.answer, nil
	}
}

// Stop implements arm.ClusterHost: the process gets five seconds to stop the API
// server, then etcd, then it is killed. Its data goes with it.
func (h *Host) Stop(ctx context.Context, id string) error {
	if err := h.Pause(ctx, id); err != nil {
		return err
	}
	return os.RemoveAll(h.folder(id))
}

// Pause implements arm.Pauser: like Stop, but the data stays for the next Start.
func (h *Host) Pause(_ context.Context, id string) error {
	h.mu.Lock()
	c, ok := h.running[id]
	delete(h.running, id)
	h.mu.Unlock()
	if !ok {
		return nil
	}
	_ = c.stdin.Close()
	kill := time.AfterFunc(6*time.Second, func() { _ = c.cmd.Process.Kill() })
	defer kill.Stop()
	_ = c.cmd.Wait()
	return nil
}

// Close stops all clusters, in parallel.
func (h *Host) Close() error {
	end := h.Stop
	if h.keep {
		end = h.Pause
	}
	h.mu.Lock()
	ids := make([]string, 0, len(h.running))
	for id := range h.running {
		ids = append(ids, id)
	}
	h.mu.Unlock()
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() { _ = end(context.Background(), id) })
	}
	wg.Wait()
	return nil
}
