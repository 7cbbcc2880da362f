package token

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// around is what a method takes from its surroundings, as far as it tells one
// identity from another.
type around struct {
	values []string // no secrets
	files  []string // may be missing
}

// In notes the surroundings in which the request is made. Parse has done it.
func (r Request) In(getenv func(string) string) Request {
	r.around = around{}
	note := func(names ...string) {
		for _, n := range names {
			r.around.values = append(r.around.values, getenv(n))
		}
	}
	switch r.Method {
	case "azurecli":
		r.around.files = azureCLIFiles(getenv)
	case "azd":
		dir := configDir(getenv, "AZD_CONFIG_DIR", ".azd")
		r.around.files = append(azureCLIFiles(getenv), filepath.Join(dir, "auth.json"), filepath.Join(dir, "config.json"))
	case "githubactions":
		note("GITHUB_REPOSITORY", "GITHUB_REF", "GITHUB_WORKFLOW", "GITHUB_RUN_ID", "GITHUB_JOB")
	case "azurepipelines":
		note("SYSTEM_COLLECTIONID", "SYSTEM_TEAMPROJECTID", "BUILD_BUILDID", "SYSTEM_JOBID")
	case "managedidentity":
		note("IDENTITY_ENDPOINT", "MSI_ENDPOINT")
		host, _ := os.Hostname() // a home directory may be shared, an identity is not
		r.around.values = append(r.around.values, host)
	}
	return r
}

// AzureCLIDir returns where Azure CLI keeps its settings; empty without a home.
func AzureCLIDir(getenv func(string) string) string {
	return configDir(getenv, "AZURE_CONFIG_DIR", ".azure")
}

// azureCLIFiles change with every az login, az logout, az account set and az cloud set.
func azureCLIFiles(getenv func(string) string) []string {
	dir := AzureCLIDir(getenv)
	return []string{filepath.Join(dir, "azureProfile.json"), filepath.Join(dir, "config"), filepath.Join(dir, "clouds.config")}
}

func configDir(getenv func(string) string, variable, name string) string {
	if dir := getenv(variable); dir != "" {
		return dir
	}
	for _, home := range []string{"HOME", "USERPROFILE"} {
		if dir := getenv(home); dir != "" {
			return filepath.Join(dir, name)
		}
	}
	return ""
}

// Fingerprint identifies the credential that a method without a person takes
// from its surroundings: a cached token of another one is a miss. It is empty
// for people. Errors: a secret, certificate or token file that cannot be read.
func (r Request) Fingerprint() (string, error) {
	if r.ForPerson() {
		return "", nil
	}
	secret, err := r.Secret()
	if err != nil {
		return "", err
	}
	parts := []string{"fingerprint/2", secret.Reveal()}
	switch r.Method {
	case "clientcertificate":
		sum, err := hashFile(r.Params.Get("client-certificate"))
		if err != nil {
			return "", fmt.Errorf("client certificate: %w", err)
		}
		parts = append(parts, sum)
	case "workloadidentity": // the file is replaced every hour, what it says is not
		a, err := ReadAssertion(r.Params.Get("federated-token-file"))
		if err != nil {
			return "", err
		}
		parts = append(parts, a.Issuer, a.Subject)
	case "password":
		parts = append(parts, r.Params.Get("password"))
	}
	parts = append(parts, r.around.values...)
	for _, file := range r.around.files {
		sum, err := hashFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		parts = append(parts, sum)
	}
	return digest(slices.Clip(parts)...), nil
}

// mostFile is what is read of a file at most, in bytes.
const mostFile = 8 << 20

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, mostFile)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
