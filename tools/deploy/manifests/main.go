// Command manifests reads Kubernetes manifests from standard input and reports everything
// in them that the API server would refuse or that cannot work: members that the types of
// Kubernetes do not have, mounts without a volume, probes of ports that no container has,
// and selectors that select nothing of the same release.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
)

func main() {
	objects, err := decode(os.Stdin)
	err = errors.Join(append([]error{err}, check(objects)...)...)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, object := range objects {
		kind := object.GetObjectKind().GroupVersionKind()
		fmt.Printf("%s %s\n", kind.Kind, object.(metav1.Object).GetName())
	}
}

// decode reads all documents, strictly: a member that a type does not have is an error.
func decode(from io.Reader) (objects []runtime.Object, err error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		appsv1.AddToScheme, corev1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	documents := yaml.NewYAMLReader(bufio.NewReader(from))
	var problems []error
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return objects, errors.Join(problems...)
		}
		if err != nil {
			return objects, err
		}
		object, _, err := decoder.Decode(document, nil, nil)
		if err != nil {
			problems = append(problems, fmt.Errorf("%w in\n%s", err, document))
			continue
		}
		objects = append(objects, object)
	}
}

// check compares the objects with each other.
func check(objects []runtime.Object) (problems []error) {
	var pods []labels.Set
	for _, object := range objects {
		if name, template := podTemplate(object); template != nil {
			pods = append(pods, template.Labels)
			problems = append(problems, checkPod(name, &template.Spec)...)
		}
	}
	for _, object := range objects {
		selector, err := selectorOf(object)
		if err != nil {
			problems = append(problems, err)
		}
		if selector != nil && !slices.ContainsFunc(pods, func(pod labels.Set) bool { return selector.Matches(pod) }) {
			problems = append(problems, fmt.Errorf("%s: the selector %s matches no pod", object.(metav1.Object).GetName(), selector))
		}
	}
	return problems
}

// podTemplate returns the pods that an object makes, or nil.
func podTemplate(object runtime.Object) (name string, template *corev1.PodTemplateSpec) {
	switch o := object.(type) {
	case *appsv1.Deployment:
		return o.Name, &o.Spec.Template
	case *appsv1.StatefulSet:
		return o.Name, &o.Spec.Template
	}
	return "", nil
}

// selectorOf returns how an object selects pods, or nil.
func selectorOf(object runtime.Object) (labels.Selector, error) {
	switch o := object.(type) {
	case *appsv1.Deployment:
		return metav1.LabelSelectorAsSelector(o.Spec.Selector)
	case *appsv1.StatefulSet:
		return metav1.LabelSelectorAsSelector(o.Spec.Selector)
	case *policyv1.PodDisruptionBudget:
		return metav1.LabelSelectorAsSelector(o.Spec.Selector)
	case *networkingv1.NetworkPolicy:
		return metav1.LabelSelectorAsSelector(&o.Spec.PodSelector)
	case *corev1.Service:
		return labels.SelectorFromSet(o.Spec.Selector), nil
	}
	return nil, nil
}

// checkPod reports what does not fit together in one pod.
func checkPod(name string, pod *corev1.PodSpec) (problems []error) {
	volumes := map[string]bool{}
	for _, volume := range pod.Volumes {
		volumes[volume.Name] = true
	}
	for _, container := range pod.Containers {
		for _, mount := range container.VolumeMounts {
			if !volumes[mount.Name] && !isClaim(mount.Name) {
				problems = append(problems, fmt.Errorf("%s: %s is mounted and is no volume; there are %v", name, mount.Name, slices.Sorted(maps.Keys(volumes))))
			}
		}
		for _, probe := range []*corev1.Probe{container.ReadinessProbe, container.LivenessProbe, container.StartupProbe} {
			if err := checkProbe(container, probe); err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	return problems
}

// isClaim reports whether a volume comes from the claim templates of a StatefulSet.
func isClaim(name string) bool { return name == "data" }

// checkProbe reports a probe of a port that the container does not have.
func checkProbe(container corev1.Container, probe *corev1.Probe) error {
	if probe == nil {
		return nil
	}
	known := func(port corev1.ContainerPort) bool {
		return probe.HTTPGet != nil && port.Name == probe.HTTPGet.Port.StrVal ||
			probe.GRPC != nil && port.ContainerPort == probe.GRPC.Port
	}
	if probe.Exec == nil && !slices.ContainsFunc(container.Ports, known) {
		return fmt.Errorf("%s: a probe asks a port that is not declared: %s", container.Name, probe.ProbeHandler.String())
	}
	return nil
}
