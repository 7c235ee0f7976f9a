using System.Net;
using k8s;
using k8s.Models;
using SmartSink.Policy;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Docker;

/// <summary>docker/kubernetes: as objects of Kubernetes' own types, and run by Podman.</summary>
public sealed class KubernetesTests
{
    private static readonly string File = RepositoryRoot.Combine("docker", "kubernetes", "smartsink.yaml");
    private static readonly List<object> Objects = KubernetesYaml.LoadAllFromString(System.IO.File.ReadAllText(File), strict: true);

    private static V1Deployment Deployment => One<V1Deployment>();

    private static V1Container Container => Deployment.Spec.Template.Spec.Containers.Single();

    [Fact]
    public void Each_object_is_of_a_known_kind_and_means_the_pods_of_the_deployment()
    {
        Objects.Count.ShouldBe(5);
        var labels = Deployment.Spec.Template.Metadata.Labels;
        foreach (var selector in new[] { Deployment.Spec.Selector.MatchLabels, One<V1Service>().Spec.Selector, One<V1PodDisruptionBudget>().Spec.Selector.MatchLabels })
        {
            selector.ShouldNotBeEmpty();
            selector.ShouldBeSubsetOf(labels);
        }

        One<V1Service>().Spec.Ports.Select(port => port.TargetPort.Value).ShouldBe(Container.Ports.Select(port => port.Name));
        var autoscaler = One<V2HorizontalPodAutoscaler>().Spec;
        (autoscaler.ScaleTargetRef.Kind, autoscaler.ScaleTargetRef.Name).ShouldBe((Deployment.Kind, Deployment.Metadata.Name));
        Deployment.Spec.Replicas.ShouldBeNull("the autoscaler decides");
        PageText.Deployment.Block("rules:").ShouldContain($"as: {autoscaler.Metrics.Single().Pods.Metric.Name}");
    }

    [Fact]
    public void Probes_go_by_HTTP_to_pages_that_there_are()
    {
        foreach (var (probe, page) in new[] { (Container.StartupProbe, "/readyz"), (Container.ReadinessProbe, "/readyz"), (Container.LivenessProbe, "/livez") })
        {
            probe.HttpGet.Path.ShouldBe(page);
            Container.Ports.Select(port => $"{port.ContainerPort}").ShouldContain(probe.HttpGet.Port.Value);
            probe.TimeoutSeconds.ShouldBe(10);
        }
    }

    [Fact]
    public void A_pod_has_no_more_rights_than_it_needs()
    {
        var pod = Deployment.Spec.Template.Spec;
        (pod.SecurityContext.RunAsNonRoot, pod.EnableServiceLinks, pod.AutomountServiceAccountToken).ShouldBe((true, false, false));
        var rights = Container.SecurityContext;
        (rights.ReadOnlyRootFilesystem, rights.AllowPrivilegeEscalation).ShouldBe((true, false));
        rights.Capabilities.Drop.ShouldBe(["ALL"]);
        Container.Resources.Limits.Keys.ShouldContain("memory");
        Container.Resources.Requests.Keys.ShouldBe(["cpu", "memory"], ignoreOrder: true);
        pod.Volumes.Select(volume => volume.Name).ShouldBe(Container.VolumeMounts.Select(mount => mount.Name));
    }

    [Fact]
    public void The_ConfigMap_is_a_policy()
    {
        var map = One<V1ConfigMap>();
        Deployment.Spec.Template.Spec.Volumes[0].ConfigMap.Name.ShouldBe(map.Metadata.Name);
        var (name, text) = map.Data.Single();
        Container.Env.Single(variable => variable.Name == "SINK_DATA").Value.ShouldBe($"{Container.VolumeMounts[0].MountPath}/{name}");
        using var folder = new TemporaryFolder();
        var loaded = PolicyLoader.Load(folder.Write(name, text));
        loaded.Diagnostics.ShouldBeEmpty();
        loaded.Snapshot!.DomainCount.ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task The_pod_serves_by_its_ConfigMap()
    {
        Requirement.Root();
        Requirement.Programs("podman");
        await DockerEngine.BuildSinkAsync();
        await using var podman = await PodmanPod.PlayAsync(System.IO.File.ReadAllText(File));

        var ready = await DockerEngine.UntilAsync(() => podman.StatusOfAsync("/readyz"), status => status is not null);
        ready.ShouldBe(HttpStatusCode.OK);
        (await podman.StatusOfAsync("/livez")).ShouldBe(HttpStatusCode.OK);
        (await RecipientProbe.AnswerAsync(podman.Smtp, "permfail@gmail.com")).ShouldStartWith("5");
        (await RecipientProbe.AnswerAsync(podman.Smtp, "250-anyone@gmail.com")).ShouldStartWith("250 ");
        var log = await podman.LogAsync();
        log.ShouldNotContain(" WRN ");
        log.ShouldNotContain(" ERR ");
    }

    private static T One<T>() => Objects.OfType<T>().Single();
}

/// <summary>A pod that Podman runs, with images and containers in a folder of its own.</summary>
internal sealed class PodmanPod : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new();

    // Podman must be told ports: these lie below those that the kernel and Docker give away, on an address that no other run has.
    private readonly IPEndPoint _http = new(Address, 28000);

    private PodmanPod()
    {
    }

    private static IPAddress Address => new([127, 25, (byte)(Environment.ProcessId >> 8), (byte)(Environment.ProcessId | 1)]);

    /// <summary>Where this host reaches SMTP.</summary>
    public IPEndPoint Smtp { get; } = new(Address, 25250);

    /// <summary>Starts what the file describes; its image is the one that was built.</summary>
    public static async Task<PodmanPod> PlayAsync(string file)
    {
        var pod = new PodmanPod();
        try
        {
            await pod.StartAsync(file);
            return pod;
        }
        catch
        {
            await pod.DisposeAsync();
            throw;
        }
    }

    /// <summary>The status of a page; null while nobody answers.</summary>
    public async Task<HttpStatusCode?> StatusOfAsync(string page)
    {
        try
        {
            using var answer = await _client.GetAsync(new Uri($"http://{_http}{page}"));
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public async Task<string> LogAsync() => (await RunAsync("logs", "smartsink-pod-0-smartsink")).Output;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await TryAsync("pod", "rm", "--all", "--force", "--time", "5");
        await TryAsync("system", "reset", "--force");
        _folder.Dispose();
    }

    private async Task StartAsync(string file)
    {
        // Podman's own limit on open files may lie above this machine's, and only systemd could run its health checks.
        _folder.Write("containers.conf", """
            [containers]
            default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            runtime = "runc"
            """);
        var archive = _folder.Combine("image.tar");
        await DockerEngine.RunAsync("save", DockerEngine.Sink, "--output", archive);
        await RunAsync("load", "--input", archive);
        await RunAsync("tag", DockerEngine.Sink, "smartsink:latest");
        await RunAsync("play", "kube", _folder.Write("pod.yaml", file
            .Replace("containerPort: 2525", $"containerPort: 2525\n              hostIP: {Smtp.Address}\n              hostPort: {Smtp.Port}", StringComparison.Ordinal)
            .Replace("containerPort: 8000", $"containerPort: 8000\n              hostIP: {_http.Address}\n              hostPort: {_http.Port}", StringComparison.Ordinal)));
    }

    private async Task<ToolResult> RunAsync(params string[] arguments)
    {
        var result = await TryAsync(arguments);
        result.ExitCode.ShouldBe(0, result.ToString());
        return result;
    }

    private Task<ToolResult> TryAsync(params string[] arguments) => Tool.RunAsync(
        "podman",
        ["--root", _folder.Combine("root"), "--runroot", _folder.Combine("run"), .. arguments],
        environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["CONTAINERS_CONF"] = _folder.Combine("containers.conf"), ["DISABLE_HC_SYSTEMD"] = "true" },
        folder: _folder.Path); // A file or folder here with the image's name would be taken for what to build it from.
}
