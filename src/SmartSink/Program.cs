using SmartSink.Commands;
using SmartSink.Hosting;
using SmartSink.Shared;

SystemRoots.LeaveUnread();
// For the dialogs over TLS: the others have no socket of the runtime's.
SocketRuntime.UseInlineCompletions();
return await CommandLine.RunAsync(args, Console.Out, Console.Error);
