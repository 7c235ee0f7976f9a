using SmartSink.Commands;
using SmartSink.Hosting;

SystemRoots.LeaveUnread();
return await CommandLine.RunAsync(args, Console.Out, Console.Error);
