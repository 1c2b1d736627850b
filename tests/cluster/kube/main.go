// Command kube is all of Kubernetes that a node of its own needs, in one program, so that it is built and linked once.
// The component is named by the first argument, or by the name the program is called under (`kubectl`). It knows nothing
// of how a cluster is put together.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	_ "time/tzdata" // a CronJob may name a time zone, and the machine may have no zoneinfo

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

var components = map[string]func() *cobra.Command{
	"apiserver":          apiserver.NewAPIServerCommand,
	"controller-manager": controllers.NewControllerManagerCommand,
	"scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":            commandOf(kubelet.NewKubeletCommand),
	"proxy":              proxy.NewProxyCommand,
}

// The kubelet takes a context since Kubernetes 1.32.
func commandOf(make any) func() *cobra.Command {
	if withContext, takesOne := make.(func(context.Context) *cobra.Command); takesOne {
		return func() *cobra.Command { return withContext(context.Background()) }
	}
	return make.(func() *cobra.Command)
}

func main() {
	name, arguments := filepath.Base(os.Args[0]), os.Args[1:]
	if _, known := components[name]; !known && name != "etcd" && name != "kubectl" && len(arguments) > 0 {
		name, arguments = arguments[0], arguments[1:]
	}
	os.Args = append([]string{name}, arguments...)
	switch component, known := components[name]; {
	case known:
		os.Exit(cli.Run(component()))
	case name == "etcd":
		etcdmain.Main(os.Args)
	case name == "kubectl":
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			kubectlutil.CheckErr(err)
		}
	default:
		fmt.Fprintf(os.Stderr, "kube: unknown component: '%s'; allowed: etcd, apiserver, controller-manager, scheduler, kubelet, proxy, kubectl\n", name)
		os.Exit(2)
	}
}
