namespace SmartSink.Smtp.Tests;

/// <summary>For tests that measure what the whole process shares.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
