using SmartSink.Commands;
using SmartSink.Listening;

SocketRuntime.UseInlineCompletions();
return await CommandLine.RunAsync(args, Console.Out, Console.Error);
