' A double of adsutil.vbs, of an old copy that prints passwords as they are.
Option Explicit
Dim node
node = LCase(WScript.Arguments(1))
Select Case node
Case "w3svc"
    WScript.Echo "KeyType                         : (STRING) ""IIsWebService"""
    WScript.Echo "AnonymousUserPass               : (STRING) ""Sup3rS3cret!first"""
    WScript.Echo "LogOdbcPassword                  : (STRING)""Sup3rS3cret!second"""
    WScript.Echo "NTAuthenticationProviders       : (STRING) ""Negotiate,NTLM"""
    WScript.Echo "[/w3svc/1]"
    WScript.Echo "[/w3svc/AppPools]"
    WScript.Echo ""
Case "w3svc/1"
    WScript.Echo "KeyType                         : (STRING) ""IIsWebServer"""
    WScript.Echo "ServerComment                   : (STRING) ""about Sup3rS3cret!first"""
    WScript.Echo "ServerBindings                  : (LIST) (2 Items)"
    WScript.Echo "  "":80:"""
    WScript.Echo "  "":80:old.contoso.com"""
    WScript.Echo ""
    WScript.Echo "[/w3svc/1/root]"
Case "w3svc/1/root"
    WScript.Echo "KeyType                         : (STRING) ""IIsWebVirtualDir"""
    WScript.Echo "UNCPassword                     : (LIST) (1 Items)"
    WScript.Echo "  ""Sup3rS3cret!third"""
    WScript.Echo "WAMUserPass                      : (STRING)""**********"""
    WScript.Echo "AuthFlags                       : (INTEGER) 4"
Case "w3svc/apppools"
    WScript.Echo "KeyType                         : (STRING) ""IIsApplicationPools"""
    WScript.Echo "[/w3svc/AppPools/Portal]"
Case "w3svc/apppools/portal"
    WScript.Echo "AppPoolIdentityType             : (INTEGER) 3"
    WScript.Echo "WAMUserName                     : (STRING) ""CONTOSO\svc-old"""
    WScript.Echo "WAMUserPass                     : (STRING) ""Sup3rS3cret!fourth"""
Case Else
    WScript.Echo "ErrNumber: -2147024893 (0x80070003)"
    WScript.Quit 3
End Select
