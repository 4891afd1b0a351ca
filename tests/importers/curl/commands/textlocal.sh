curl "https://api.txtlocal.com/send/?apikey=abcDEF-0123456789&numbers=447123456789&sender=Jims+Autos&message=This+is+a+message"
