using System.CommandLine;
using SmartSink.PeerBenchmarks.Delayed;
using SmartSink.PeerBenchmarks.Extending;
using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Held;
using SmartSink.PeerBenchmarks.Idle;
using SmartSink.PeerBenchmarks.Policies;
using SmartSink.PeerBenchmarks.Scaling;
using SmartSink.PeerBenchmarks.Scraping;
using SmartSink.PeerBenchmarks.Starting;
using SmartSink.PeerBenchmarks.Throughput;
using SmartSink.PeerBenchmarks.Tls;

var root = new RootCommand("SmartSink beside its peers, in one run on one machine")
{
    ThroughputCommand.Create(),
    IdleCommand.Create(),
    HeldCommand.Create(),
    DelayedCommand.Create(),
    StartCommand.Create(),
    ScrapeCommand.Create(),
    ScaleCommand.Create(),
    PoliciesCommand.Create(),
    TlsCommand.Create(),
    GeneratorsCommand.Create(),
    ExtensionsCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
