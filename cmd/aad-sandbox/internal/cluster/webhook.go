package cluster

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// webhook is the aad-webhook process beside the API server.
type webhook struct {
	dir  string
	pki  *pki
	port int
	spec Spec // what the running process was started with
	cmd  *exec.Cmd
}

func (w *webhook) configFile() string { return filepath.Join(w.dir, "webhook.kubeconfig") }

// use makes the process run with the spec's server app: it is started, started
// anew, left alone or stopped.
func (w *webhook) use(ctx context.Context, spec Spec) error {
	same := w.cmd != nil && w.spec.ServerAppID == spec.ServerAppID &&
		w.spec.ServerAppSecret == spec.ServerAppSecret && w.spec.Tenant == spec.Tenant
	if same {
		return nil
	}
	w.stop()
	w.spec = spec
	if spec.ServerAppID == "" {
		return nil
	}
	return w.start(ctx)
}

func (w *webhook) start(ctx context.Context) error {
	secretFile := filepath.Join(w.dir, "server-app.secret")
	if err := os.WriteFile(secretFile, []byte(w.spec.ServerAppSecret), 0o600); err != nil {
		return fmt.Errorf("server app's secret: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(w.dir, "webhook.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	w.cmd = exec.Command(w.spec.Webhook, "--cloud", w.spec.CloudFile, "--tenant-id", w.spec.Tenant,
		"--client-id", w.spec.ServerAppID, "--client-secret-file", secretFile,
		"--listen", address(w.port), "--health-listen", "127.0.0.1:0",
		"--tls-cert-file", w.pki.hook.certFile, "--tls-private-key-file", w.pki.hook.keyFile,
		"--client-ca-file", w.pki.caFile)
	w.cmd.Stderr = log
	w.cmd.SysProcAttr = diesWithParent()
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := w.cmd.Start(); err != nil {
		return fmt.Errorf("start aad-webhook: %w", err)
	}
	return w.wait(ctx, out, log.Name())
}

// wait returns when the webhook has printed its address.
func (w *webhook) wait(ctx context.Context, out io.ReadCloser, log string) error {
	line := make(chan string, 1)
	go func() {
		s, _ := bufio.NewReader(out).ReadString('\n')
		line <- s
		_, _ = io.Copy(io.Discard, out)
	}()
	select {
	case s := <-line:
		if strings.TrimSpace(s) == "" {
			return fmt.Errorf("aad-webhook ended while it started: see %s", log)
		}
		return nil
	case <-time.After(15 * time.Second):
	case <-ctx.Done():
	}
	w.stop()
	return fmt.Errorf("aad-webhook did not serve: see %s", log)
}

func (w *webhook) stop() {
	if w.cmd == nil || w.cmd.Process == nil {
		return
	}
	_ = w.cmd.Process.Signal(os.Interrupt)
	kill := time.AfterFunc(2*time.Second, func() { _ = w.cmd.Process.Kill() })
	_ = w.cmd.Wait()
	kill.Stop()
	w.cmd = nil
}

// writeConfig chooses the webhook's port and tells the API server, in the form
// of a kubeconfig.
func (w *webhook) writeConfig() error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	w.port = ports[0]
	return clientcmd.WriteToFile(*webhookConfig(w.pki, "https://"+address(w.port)+"/tokenreviews"), w.configFile())
}

// webhookConfig tells the API server where a webhook is and who it is itself.
func webhookConfig(pki *pki, url string) *clientcmdapi.Config {
	config := clientcmdapi.NewConfig()
	config.Clusters["webhook"] = &clientcmdapi.Cluster{Server: url, CertificateAuthority: pki.caFile}
	config.AuthInfos["apiserver"] = &clientcmdapi.AuthInfo{
		ClientCertificate: pki.hookClient.certFile, ClientKey: pki.hookClient.keyFile,
	}
	config.Contexts["webhook"] = &clientcmdapi.Context{Cluster: "webhook", AuthInfo: "apiserver"}
	config.CurrentContext = "webhook"
	return config
}
