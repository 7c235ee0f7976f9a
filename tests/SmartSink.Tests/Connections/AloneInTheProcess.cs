namespace SmartSink.Tests.Connections;

/// <summary>Tests that look at the whole process and so must not share it with others.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;
