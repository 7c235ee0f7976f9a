using SmartSink.TrafficGen;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Sending;

SocketRuntime.PollByHalfOfTheProcessors();
return await TrafficCommandLine.RunAsync(args, new TrafficSession(Console.Out, Console.Error, TimeProvider.System, TrafficRun.RunAsync));
