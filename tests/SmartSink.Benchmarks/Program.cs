using BenchmarkDotNet.Running;
using SmartSink.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(TransactionBenchmarks).Assembly).Run(args);
