using SmartSink.Commands;
using SmartSink.Hosting;
using SmartSink.Listening;

SystemRoots.LeaveUnread();
SocketRuntime.UseInlineCompletions();
return await CommandLine.RunAsync(args, Console.Out, Console.Error);
